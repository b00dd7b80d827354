#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mem0_fuzz::base_urls::check(data));
