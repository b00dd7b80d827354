//! What the sources and manifests of the SDK's crates promise, and no compiler of this day checks.

use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// The folders of the crates that are published as the SDK.
const CRATES: [&str; 4] = ["", "mem0-types", "mem0-client", "mem0-client-blocking"];

/// What those rest on, which is published and has no users of its own.
const DETAIL: &str = "mem0-http";

pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The `.rs` files below a folder.
pub(crate) fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn unsafe_code_is_forbidden_in_every_crate() {
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let lints = workspace.split("[workspace.lints.rust]").nth(1).unwrap();
    let lints = lints.split("\n[").next().unwrap();
    assert!(lints.contains("\nunsafe_code = \"forbid\"\n"), "{lints}");
    for name in CRATES.iter().chain(&[DETAIL, "mem0-engine", "mem0-server"]) {
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
        assert!(manifest.contains("\n[lints]\nworkspace = true\n"), "{name} has lints of its own");
    }
}

/// Finds `if a && let b = c`, which needs Rust 1.88, and which no lint holds against
/// `rust-version`.
#[derive(Default)]
struct LetChains(Vec<String>);

impl<'ast> Visit<'ast> for LetChains {
    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        for side in [&binary.left, &binary.right] {
            if matches!(**side, syn::Expr::Let(_)) {
                self.0.push(quote::quote!(#binary).to_string());
            }
        }
        visit::visit_expr_binary(self, binary);
    }
}

fn let_chains(source: &str) -> Vec<String> {
    let mut found = LetChains::default();
    found.visit_file(&syn::parse_file(source).unwrap());
    found.0
}

#[test]
fn the_sdk_needs_no_let_chains() {
    let mut files = 0;
    for name in CRATES.iter().chain(&[DETAIL]) {
        for path in sources(&root().join(name).join("src")) {
            let found = let_chains(&fs::read_to_string(&path).unwrap());
            assert_eq!(found, [""; 0], "{}", path.display());
            files += 1;
        }
    }
    assert!(files > 90, "only {files} files");
    assert_eq!(let_chains("fn f() { if a && let b = c && d {} }").len(), 1);
    assert_eq!(let_chains("fn f() { while let a = b && c {} }").len(), 1);
    assert_eq!(let_chains("fn f() { if let a = b { a && c; } }").len(), 0);
}

/// The formatter leaves comments and texts alone.
#[test]
fn no_line_of_the_clients_is_wider_than_100_columns() {
    let mut lines = 0;
    for name in [DETAIL, "mem0-client", "mem0-client-blocking"] {
        for path in sources(&root().join(name).join("src")) {
            let text = fs::read_to_string(&path).unwrap();
            let wide = text.lines().find(|line| line.chars().count() > 100);
            assert_eq!(wide, None, "{}", path.display());
            lines += text.lines().count();
        }
    }
    assert!(lines > 8000, "only {lines} lines");
}

/// Any service may be reached through it.
#[test]
fn the_http_crate_knows_nothing_of_mem0() {
    let own_names = ["mem0_http", "mem0-client", "mem0_sdk", "mem0 for rust"];
    let mut files = 0;
    for path in sources(&root().join(DETAIL).join("src")) {
        let text = fs::read_to_string(&path).unwrap().to_lowercase();
        let text = own_names.iter().fold(text, |text, name| text.replace(name, ""));
        for word in ["mem0", "memor", "platform"] {
            let found = text.lines().find(|line| line.contains(word));
            assert_eq!(found, None, "{}", path.display());
        }
        files += 1;
    }
    assert!(files > 10, "only {files} files");
}

/// Finds public functions whose documentation has no example.
#[derive(Default)]
struct Bare {
    functions: usize,
    bare: Vec<String>,
}

impl Bare {
    fn look(
        &mut self,
        visibility: &syn::Visibility,
        attributes: &[syn::Attribute],
        name: &syn::Ident,
    ) {
        let text = quote::quote!(#(#attributes)*).to_string();
        let is_hidden = text.contains("doc (hidden)");
        if matches!(visibility, syn::Visibility::Public(_)) && !is_hidden {
            self.functions += 1;
            if !text.contains("```") {
                self.bare.push(name.to_string());
            }
        }
    }
}

impl<'ast> Visit<'ast> for Bare {
    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.look(&function.vis, &function.attrs, &function.sig.ident);
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.look(&function.vis, &function.attrs, &function.sig.ident);
    }
}

fn bare(source: &str) -> Bare {
    let mut found = Bare::default();
    found.visit_file(&syn::parse_file(source).unwrap());
    found
}

/// Each is compiled as a doctest. What macros emit, setters and constructors of one form, is not
/// looked at.
#[test]
fn every_public_function_has_an_example() {
    let mut functions = 0;
    for name in CRATES {
        for path in sources(&root().join(name).join("src")) {
            let found = bare(&fs::read_to_string(&path).unwrap());
            assert_eq!(found.bare, [""; 0], "{}", path.display());
            functions += found.functions;
        }
    }
    assert!(functions > 400, "only {functions} functions");
    assert_eq!(bare("impl A { /// Says.\n pub fn told(&self) {} }").bare, ["told"]);
}

/// The lines of examples that name a crate which the reader of `mem0-sdk` does not depend on.
fn foreign_examples(source: &str) -> Vec<&str> {
    let mut is_example = false;
    let mut found = Vec::new();
    for line in source.lines() {
        let comment = line.trim_start().strip_prefix("//");
        let comment = comment.map(|text| text.trim_start_matches(['/', '!', ' ']));
        if comment.is_some_and(|comment| comment.starts_with("```")) {
            is_example = !is_example;
        } else if is_example
            && ["mem0_types", "mem0_http", "mem0_client"].iter().any(|name| line.contains(name))
        {
            found.push(line.trim());
        }
    }
    found
}

/// An example is read, and pasted, from the pages of `mem0-sdk`. `cargo xtask documentation`
/// compiles each of them where there is no other crate of ours.
#[test]
fn examples_name_the_crate_that_people_depend_on() {
    let mut files = 0;
    for name in CRATES.iter().chain(&[DETAIL]) {
        for path in sources(&root().join(name).join("src")) {
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(foreign_examples(&text), [""; 0], "{}", path.display());
            files += 1;
        }
    }
    assert!(files > 100, "only {files} files");
    let source = "/// [a](mem0_types::A)\n/// ```\n    /// # use mem0_types::A;\n/// ```\nuse mem0_types::A;";
    assert_eq!(foreign_examples(source), ["/// # use mem0_types::A;"]);
}

/// The lines of examples that use a request and hide where it is.
fn hidden_requests(source: &str) -> Vec<&str> {
    let hides = |line: &&str| {
        let example = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        example
            .is_some_and(|code| code.trim_start().starts_with("# use") && code.contains("requests"))
    };
    source.lines().map(str::trim).filter(hides).collect()
}

/// Requests are in a module of their own, which their name alone does not tell.
#[test]
fn examples_show_where_requests_are() {
    for name in CRATES.iter().chain(&[DETAIL]) {
        for path in sources(&root().join(name).join("src")) {
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(hidden_requests(&text), [""; 0], "{}", path.display());
        }
    }
    let source =
        "  /// # use mem0_sdk::{Error, requests::Ping};\n/// use mem0_sdk::requests::Ping;";
    assert_eq!(hidden_requests(source), ["/// # use mem0_sdk::{Error, requests::Ping};"]);
}

/// Finds the names that code uses, comments and tests left out.
struct Names<'a> {
    name: &'a str,
    found: bool,
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_ident(&mut self, ident: &'ast syn::Ident) {
        self.found |= *ident == self.name;
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let tokens = called.tokens.to_string();
        self.found |= tokens.split_whitespace().any(|token| token == self.name);
    }
}

fn names(source: &str, name: &str) -> bool {
    let mut names = Names { name, found: false };
    names.visit_file(&syn::parse_file(source).unwrap());
    names.found
}

/// `Shown` writes content, so it is for the tests of an app.
#[test]
fn no_code_that_ships_shows_content() {
    let others =
        ["mem0-components", "mem0-providers", "mem0-encoder", "mem0-engine", "mem0-server"];
    let shipped = CRATES.iter().chain(&[DETAIL]).chain(&others);
    let mut users = Vec::new();
    for path in shipped.flat_map(|name| sources(&root().join(name).join("src"))) {
        if names(&fs::read_to_string(&path).unwrap(), "Shown") {
            users.push(path.strip_prefix(root()).unwrap().display().to_string());
        }
    }
    users.sort();
    assert_eq!(users, ["mem0-types/src/lib.rs", "mem0-types/src/shown.rs"]);
    assert!(names("fn f() { println!(\"{:?}\", Shown(1)) }", "Shown"));
    assert!(names("fn f() { let shown = mem0_types::Shown(1); }", "Shown"));
    assert!(!names("/// `Shown`\nfn shown() { let text = \"Shown\"; }", "Shown"));
}
