//! What depends on what, as cargo sees it.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::sources::root;

/// Every crate below a package, itself included, each as `name version`; without dev-dependencies
/// and without what only a build script needs (`-e normal`).
fn crates_of(package: &str) -> BTreeSet<String> {
    tree(package, &["-e", "normal"])
}

fn tree(package: &str, arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "-p", package, "--prefix", "none"])
        .args(["--format", "{p}"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let name_and_version = |line: &str| {
        let mut words = line.split(' ');
        Some(format!("{} {}", words.next()?, words.next()?))
    };
    text.lines().filter(|line| !line.is_empty()).filter_map(name_and_version).collect()
}

fn names(crates: &BTreeSet<String>) -> BTreeSet<&str> {
    crates.iter().filter_map(|name_and_version| name_and_version.split(' ').next()).collect()
}

#[track_caller]
fn assert_light(package: &str, limit: usize) {
    let crates = crates_of(package);
    assert!(crates.len() > 40, "{package}: cargo told only {crates:?}");
    assert!(crates.len() <= limit, "{} crates: {crates:#?}", crates.len());
    for heavy in ["openssl-sys", "native-tls"] {
        assert!(!names(&crates).contains(heavy), "{package} has {heavy}");
    }
}

#[test]
fn the_clients_are_light_and_need_no_openssl() {
    assert_light("mem0-client", 95);
    assert_light("mem0-client-blocking", 96);
    assert_light("mem0-sdk", 97);
}

#[test]
fn providers_bring_little_but_their_transport() {
    assert_light("mem0-providers", 95);
    // With a model in a folder: the encoder, and not a framework of models.
    let crates = tree("mem0-providers", &["-e", "normal", "--features", "folder"]);
    assert!(names(&crates).contains("mem0-encoder"), "{crates:#?}");
    assert!(crates.len() <= 120, "{} crates: {crates:#?}", crates.len());
}

#[test]
fn the_engine_and_its_components_are_light() {
    for (package, limit) in [("mem0-components", 16), ("mem0-encoder", 24), ("mem0-engine", 67)] {
        let crates = crates_of(package);
        assert!(crates.len() > 10, "{package}: cargo told only {crates:?}");
        assert!(crates.len() <= limit, "{package}, {} crates: {crates:#?}", crates.len());
    }
}

/// What the platform inside an app brings along: neither the program's crates nor TLS.
#[test]
fn the_server_without_its_program_is_light() {
    let of_program = [
        "aws-lc-rs",
        "hyper",
        "hyper-util",
        "indicatif",
        "lexopt",
        "mimalloc",
        "rustls",
        "signal-hook-registry",
        "socket2",
        "strsim",
        "toml",
        "ureq",
    ];
    let library = tree("mem0-server", &["-e", "normal", "--no-default-features"]);
    let found: Vec<_> = of_program.iter().filter(|name| names(&library).contains(*name)).collect();
    assert!(found.is_empty(), "mem0-server without features has {found:?}");
    assert!(names(&library).contains("axum") && library.len() > 40, "{library:?}");
    assert!(library.len() <= 71, "{} crates: {library:#?}", library.len());
    // The same look finds them in the program, which `cargo install` builds.
    let program = crates_of("mem0-server");
    let missing: Vec<_> =
        of_program.iter().filter(|name| !names(&program).contains(*name)).collect();
    assert!(missing.is_empty(), "the program has no {missing:?}");
}

#[test]
fn without_features_there_is_no_tls_and_no_c() {
    let never = [
        "aws-lc-rs",
        "aws-lc-sys",
        "cc",
        "cmake",
        "hyper-rustls",
        "hyper-tls",
        "native-tls",
        "openssl",
        "openssl-sys",
        "ring",
        "rustls",
        "schannel",
        "security-framework",
        "tokio-native-tls",
        "tokio-rustls",
        "webpki-roots",
    ];
    for package in ["mem0-types", "mem0-http", "mem0-client", "mem0-client-blocking", "mem0-sdk"] {
        let crates = tree(package, &["-e", "normal,build", "--no-default-features"]);
        let names = names(&crates);
        assert!(names.contains("http"), "{package}: cargo told only {crates:?}");
        let found: Vec<_> = never.iter().filter(|name| names.contains(*name)).collect();
        assert!(found.is_empty(), "{package} without features has {found:?}");
    }
    // The same look finds them where they are.
    let crates = tree("mem0-client", &["-e", "normal,build"]);
    assert!(names(&crates).contains("rustls") && names(&crates).contains("cc"), "{crates:?}");
}

#[test]
fn the_types_rest_on_five_crates() {
    let direct = ["base64", "bytes", "http", "serde", "serde_json"];
    let theirs = [
        "itoa",
        "memchr",
        "ryu",
        "zmij",
        "serde_core",
        "serde_derive",
        "proc-macro2",
        "quote",
        "syn",
        "unicode-ident",
    ];
    let crates = crates_of("mem0-types");
    let names = names(&crates);
    for name in direct {
        assert!(names.contains(name), "{name}");
    }
    let allowed =
        |name: &&str| direct.contains(name) || theirs.contains(name) || *name == "mem0-types";
    let other: Vec<_> = names.into_iter().filter(|name| !allowed(name)).collect();
    assert_eq!(other, [""; 0]);
}

/// crates.io takes 10 MB packed. What they were made from and by is in each, and is true.
#[test]
fn each_data_crate_is_small_enough_and_says_where_it_is_from() {
    let target = tempfile::tempdir().unwrap();
    for (part, file) in [(1, "words.bin"), (2, "layers.bin")] {
        let name = format!("mem0-encoder-data-{part}");
        let output = Command::new(env!("CARGO"))
            .args(["package", "--offline", "--locked", "--no-verify", "--allow-dirty", "-p", &name])
            .env("CARGO_TARGET_DIR", target.path())
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let packed = target.path().join(format!("package/{name}-0.1.0.crate"));
        let packed = fs::metadata(packed).unwrap().len();
        assert!(packed < 10_000_000, "{name}: {packed} bytes");
        let folder = root().join(format!("mem0-encoder/data/{part}"));
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        for with in [file, "make.py", "LICENSE", "NOTICE", "README.md"] {
            assert!(manifest.contains(&format!("\"{with}\"")), "{name} packs no {with}");
        }
        let notice = fs::read_to_string(folder.join("NOTICE")).unwrap();
        let hash = sha256(&fs::read(folder.join(file)).unwrap());
        assert!(notice.contains(&format!("{hash}  {file}")), "{file} has the hash {hash}");
        // Those of the sources that the script asks for.
        let script = fs::read_to_string(folder.join("make.py")).unwrap();
        let sources: Vec<_> = script
            .lines()
            .filter_map(|line| line.trim().strip_suffix("\",")?.split_once("\": \""))
            .collect();
        assert_eq!(sources.len(), 2, "{sources:?}");
        for (source, hash) in sources {
            let source = source.trim_start_matches('"');
            assert!(notice.contains(&format!("{hash}  {source}")), "{source} has the hash {hash}");
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn arrows_point_one_way() {
    for (package, below, never) in [
        (
            "mem0-types",
            &[][..],
            &["mem0-http", "mem0-client", "mem0-client-blocking", "mem0-engine", "mem0-server"][..],
        ),
        (
            "mem0-http",
            &[],
            &["mem0-types", "mem0-client", "mem0-client-blocking", "mem0-engine", "mem0-server"],
        ),
        (
            "mem0-client",
            &["mem0-types", "mem0-http"],
            &["mem0-client-blocking", "mem0-engine", "mem0-server"],
        ),
        ("mem0-client-blocking", &["mem0-client", "mem0-types"], &["mem0-engine", "mem0-server"]),
        (
            "mem0-components",
            &["mem0-types"],
            &[
                "mem0-http",
                "mem0-providers",
                "mem0-client",
                "mem0-client-blocking",
                "mem0-engine",
                "mem0-server",
            ],
        ),
        (
            "mem0-providers",
            &["mem0-components", "mem0-http"],
            &["mem0-client", "mem0-client-blocking", "mem0-engine", "mem0-server"],
        ),
        (
            "mem0-encoder",
            &["mem0-encoder-data-1", "mem0-encoder-data-2"],
            &["mem0-types", "mem0-http", "mem0-components", "mem0-engine", "mem0-server"],
        ),
        (
            "mem0-engine",
            &["mem0-components", "mem0-types"],
            &[
                "mem0-http",
                "mem0-providers",
                "mem0-client",
                "mem0-client-blocking",
                "mem0-server",
                "reqwest",
                "rustls",
            ],
        ),
        (
            "mem0-server",
            &["mem0-engine", "mem0-providers", "mem0-types"],
            &["mem0-client", "mem0-client-blocking"],
        ),
        (
            "mem0-sdk",
            &["mem0-client", "mem0-client-blocking"],
            &["mem0-engine", "mem0-providers", "mem0-server"],
        ),
    ] {
        let crates = crates_of(package);
        let names = names(&crates);
        for name in below {
            assert!(names.contains(name), "{package} has no {name}");
        }
        for name in never {
            assert!(!names.contains(name), "{package} has {name}");
        }
    }
}
