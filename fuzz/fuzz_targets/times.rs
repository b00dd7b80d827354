#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| mem0_fuzz::times::check(data));
