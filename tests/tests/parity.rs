//! That the blocking client has the methods of the async one, and no others: read from the sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use quote::ToTokens;
use syn::{ImplItem, Item, Type, Visibility};

/// A type of the async crate, its twin, and the methods that only one of them has on purpose.
struct Pair {
    asynchronous: &'static str,
    blocking: &'static str,
    only: &'static [&'static str],
    /// Methods of both whose documentation has something to say of one of them alone.
    told_apart: &'static [&'static str],
}

const PAIRS: [Pair; 3] = [
    Pair {
        asynchronous: "AsyncMemoryClient",
        blocking: "MemoryClient",
        only: &["get_all_iter", "get_all_stream", "iter", "stream"],
        told_apart: &[],
    },
    Pair {
        asynchronous: "AsyncMemoryClientBuilder",
        blocking: "MemoryClientBuilder",
        only: &["http_client", "http_client_with", "service", "service_with"],
        // The blocking client needs a runtime of its own, which the system may refuse.
        told_apart: &["build"],
    },
    Pair {
        asynchronous: "Listing",
        blocking: "Listing",
        // The blocking one is an iterator, which enters its runtime for what is not read already
        // alone.
        only: &["next", "next_read"],
        told_apart: &[],
    },
];

/// What is compared of a public method.
#[derive(Debug, Clone, PartialEq)]
struct Method {
    /// Generics, arguments with their names, result and bounds. What the async client answers
    /// later is the blocking one's result.
    signature: String,
    arguments: Vec<String>,
    /// `must_use` and the names of other SDKs that the documentation finds it by.
    attributes: Vec<String>,
    /// Without hidden lines, `.await` and the names that the crates don't share.
    documentation: String,
}

type Methods = BTreeMap<String, Method>;

/// The sources of a crate, one text for each file.
fn sources(crate_name: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut texts = Vec::new();
    read_folder(&root.join(crate_name).join("src"), &mut texts);
    texts
}

fn read_folder(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_folder(&path, texts);
        } else {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
}

fn items(sources: &[String]) -> Vec<Item> {
    sources.iter().flat_map(|source| syn::parse_file(source).unwrap().items).collect()
}

fn async_items() -> Vec<Item> {
    items(&sources("mem0-client"))
}

fn blocking_items() -> Vec<Item> {
    items(&sources("mem0-client-blocking"))
}

/// The files of a crate, by their paths in `src`.
fn files(crate_name: &str) -> Vec<String> {
    fn read(folder: &Path, above: &str, files: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{above}/{}", path.file_name().unwrap().to_str().unwrap());
            match path.is_dir() {
                true => read(&path, &name, files),
                false => files.push(name),
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    read(&root.join(crate_name).join("src"), "", &mut found);
    found.sort();
    found
}

#[test]
fn twins_stand_in_files_of_the_same_name() {
    let (async_files, blocking_files) = (files("mem0-client"), files("mem0-client-blocking"));
    assert!(blocking_files.len() > 15, "{blocking_files:?}");
    let alone: Vec<_> = blocking_files.iter().filter(|file| !async_files.contains(file)).collect();
    assert_eq!(alone, ["/driver.rs"]);
}

/// The public methods of a type, wherever in the crate they stand.
fn methods(items: &[Item], type_name: &str) -> Methods {
    let mut found = Methods::new();
    for item in items {
        let Item::Impl(block) = item else { continue };
        let Type::Path(of) = &*block.self_ty else { continue };
        let of_this_type = of.path.segments.last().is_some_and(|last| last.ident == type_name);
        if !of_this_type || block.trait_.is_some() {
            continue;
        }
        for item in &block.items {
            if let ImplItem::Fn(function) = item
                && matches!(function.vis, Visibility::Public(_))
            {
                let name = function.sig.ident.to_string();
                assert!(found.insert(name, method(function)).is_none());
            }
        }
    }
    found
}

fn method(function: &syn::ImplItemFn) -> Method {
    let signature = shared_names(&at_once(&function.sig));
    let is_named = |argument: &&syn::FnArg| matches!(argument, syn::FnArg::Typed(_));
    let arguments = function.sig.inputs.iter().filter(is_named).map(shared_names).collect();
    let mut attributes = Vec::new();
    let mut documentation = Vec::new();
    for attribute in &function.attrs {
        match &attribute.meta {
            syn::Meta::NameValue(line) if line.path.is_ident("doc") => {
                if let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &line.value {
                    documentation.push(text.value());
                }
            }
            meta => attributes.push(meta.to_token_stream().to_string()),
        }
    }
    Method {
        signature: signature.trim_start_matches("async ").to_owned(),
        arguments,
        attributes,
        documentation: shared_words(&documentation),
    }
}

/// The signature of a method that answers at once: `Result<T, Error>` for `Answer<'a, T>`, and the
/// lifetime of the answer not spelled out.
fn at_once(signature: &syn::Signature) -> syn::Signature {
    let text = signature.to_token_stream().to_string();
    let Some((before, answer)) = text.split_once("-> Answer <") else {
        return syn::parse_str(&text).unwrap();
    };
    let (lifetime, answered) = answer.split_once(',').unwrap();
    let answered = answered.trim_end().strip_suffix('>').unwrap();
    let text = format!("{before} -> Result<{answered}, Error>");
    let text = match lifetime.trim() {
        "'_" => text,
        spelled => text
            .replace(&format!("< {spelled} >"), "")
            .replace(&format!("& {spelled} "), "& ")
            .replace(&format!(" + {spelled}"), ""),
    };
    syn::parse_str(&text).unwrap()
}

/// The tokens, with each of a pair of types under one name.
fn shared_names(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    let rename = |token| {
        let pair = PAIRS.iter().find(|pair| pair.asynchronous == token);
        pair.map_or(token, |pair| pair.blocking)
    };
    // Whether the last of several lines has a comma is rustfmt's to say.
    text.split(' ').map(rename).collect::<Vec<_>>().join(" ").replace(" ,)", ")")
}

fn shared_words(lines: &[String]) -> String {
    let shown = lines.iter().filter(|line| !line.starts_with(" # ") && *line != " #");
    let mut text: String =
        shown.flat_map(|line| line.chars().filter(|c| !c.is_whitespace())).collect();
    for (from, to) in [
        (".await", ""),
        ("asyncfn", "fn"),
        ("AsyncMemoryClient", "MemoryClient"),
        ("mem0_client_blocking", "mem0_client"),
        ("get_all_stream", "get_all_iter"),
        ("[`stream`](Self::stream)", "[`iter`](Self::iter)"),
        // A call that has become shorter fits a line, and loses its last comma.
        (",)", ")"),
    ] {
        text = text.replace(from, to);
    }
    // Whether a link needs an address depends on what the file imports.
    while let Some(start) = text.find("](crate::") {
        let length = text[start..].find(')').unwrap();
        text.replace_range(start + 1..=start + length, "");
    }
    text
}

fn differences(
    pair: &Pair,
    asynchronous: &[Item],
    blocking: &[Item],
    field: fn(&Method) -> String,
) -> Vec<String> {
    let mut asynchronous = methods(asynchronous, pair.asynchronous);
    let mut blocking = methods(blocking, pair.blocking);
    let mut found = Vec::new();
    for only in pair.only {
        if asynchronous.remove(*only).is_some() == blocking.remove(*only).is_some() {
            found.push(format!("{only} is in both or in neither"));
        }
    }
    for (name, method) in &asynchronous {
        match blocking.remove(name) {
            None => found.push(format!("{name} is in {} alone", pair.asynchronous)),
            Some(twin) if field(&twin) != field(method) => {
                found.push(format!("{name}:\n  {}\n  {}", field(method), field(&twin)));
            }
            Some(_) => {}
        }
    }
    found.extend(blocking.keys().map(|name| format!("{name} is in {} alone", pair.blocking)));
    found
}

fn declared(method: &Method) -> String {
    format!("{} {}", method.attributes.join(" "), method.signature)
}

fn documented(method: &Method) -> String {
    method.documentation.clone()
}

pub(crate) fn methods_of_the_async_client() -> Vec<String> {
    methods(&async_items(), "AsyncMemoryClient").into_keys().collect()
}

pub(crate) fn arguments_of_the_async_client(method: &str) -> Vec<String> {
    methods(&async_items(), "AsyncMemoryClient")[method].arguments.clone()
}

/// The methods of a client that a search of the documentation for this name finds.
pub(crate) fn found_by(name: &str) -> Vec<String> {
    let alias = format!("doc (alias = \"{name}\")");
    let of = |items: Vec<Item>, client| {
        let found = methods(&items, client).into_iter();
        let found = found.filter(|(method, it)| method == name || it.attributes.contains(&alias));
        found.map(|(method, _)| method).collect::<Vec<_>>()
    };
    let found = of(async_items(), "AsyncMemoryClient");
    let blocking = of(blocking_items(), "MemoryClient");
    assert_eq!(blocking.join(" ").replace("_iter", "_stream"), found.join(" "), "{name}");
    found
}

#[test]
fn both_clients_and_their_builders_have_the_same_methods() {
    let (asynchronous, blocking) = (async_items(), blocking_items());
    for pair in &PAIRS {
        let found = differences(pair, &asynchronous, &blocking, declared);
        assert_eq!(found, [""; 0], "{}", pair.blocking);
    }
}

#[test]
fn both_clients_and_their_builders_are_documented_alike() {
    let (asynchronous, blocking) = (async_items(), blocking_items());
    for pair in &PAIRS {
        let found = differences(pair, &asynchronous, &blocking, documented);
        let names: Vec<_> = found.iter().filter_map(|line| Some(line.split_once(':')?.0)).collect();
        assert_eq!(names, pair.told_apart, "{found:#?}");
    }
}

/// The comparison has not lost sight of what it compares.
#[test]
fn the_methods_are_found() {
    let client = methods(&async_items(), "AsyncMemoryClient");
    for name in ["new", "with", "execute", "ping", "add", "users", "event", "reset"] {
        assert!(client.contains_key(name), "{name}");
    }
    let add = "fn add (& self , messages : impl Argument < Messages > , options : impl Argument < \
               AddMemoryOptions >) -> Result < AddMemoryResponse , Error >";
    assert_eq!(client["add"].signature, add);
    assert_eq!(client["delete_webhook"].attributes, ["doc (alias = \"deleteWebhook\")"]);
    assert!(methods(&blocking_items(), "MemoryClientBuilder").contains_key("max_connections"));
}

#[test]
fn a_difference_of_any_kind_is_reported() {
    let asynchronous = async_items();
    let original = sources("mem0-client-blocking");
    for (from, to, name) in [
        ("pub fn history(", "pub(crate) fn history(", "history is in AsyncMemoryClient alone"),
        ("pub fn history(", "pub fn histories(", "histories is in MemoryClient alone"),
        (
            "pub fn get(&self, memory_id: impl Argument<String>)",
            "pub fn get(&self, memory_id: String)",
            "get:",
        ),
        ("pub fn get(&self, memory_id: ", "pub fn get(&self, id: ", "get:"),
        ("-> Result<Outcomes<BatchResponse>, Error>", "-> Result<(), Error>", "batch_update:"),
        ("pub fn execute<E: Endpoint>", "pub fn execute<E: Endpoint + Clone>", "execute:"),
        ("#[doc(alias = \"getAll\")]", "", "get_all:"),
        (
            "pub fn timeout(mut self, timeout: Duration)",
            "pub fn timeout(mut self, timeout: u64)",
            "timeout:",
        ),
        ("pub fn get_all_iter(", "pub fn get_all_stream(", "get_all_iter is in both or in neither"),
    ] {
        let changed: Vec<_> = original.iter().map(|source| source.replacen(from, to, 1)).collect();
        assert_ne!(changed, original, "{from} is not in the sources");
        let changed = items(&changed);
        let found: Vec<_> = PAIRS
            .iter()
            .flat_map(|pair| differences(pair, &asynchronous, &changed, declared))
            .collect();
        assert!(found.iter().any(|line| line.starts_with(name)), "{to}: {found:?}");
    }
}
