//! Who may name whom inside a crate, read from `use` and paths by syntax tree.
//!
//! A crate is a list of rooms, from the top down: a room is a folder of `src`, or a file beside
//! them. A room may name those below it, and files name each other in no circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// The rooms of a crate, and what is excused.
struct Plan {
    name: &'static str,
    /// From the top down.
    rooms: &'static [&'static str],
    /// Types that every room may name, since it adds methods to them.
    extended: &'static [&'static str],
    /// Files that may name each other in a circle.
    circles: &'static [&'static [&'static str]],
}

const PLANS: &[Plan] = &[
    Plan {
        name: "mem0-types",
        rooms: &[
            "requests",
            "legacy",
            "profiles",
            "webhooks",
            "projects",
            "exports",
            "entities",
            "memories",
            "events",
            "messages",
            "filter",
            "call",
            "ids",
            "time",
            "wire",
            "shown",
            "argument",
            "invalid_input",
        ],
        extended: &[],
        circles: &[],
    },
    Plan {
        name: "mem0-http",
        rooms: &[
            "client",
            "attempts",
            "route",
            "settings",
            "secret",
            "base_url",
            "invalid_setting",
            "failure",
            "cause",
            "transport",
            "retry",
            "trace",
            "budget",
            "deadline",
            "body",
        ],
        extended: &[],
        circles: &[],
    },
    Plan {
        name: "mem0-client",
        rooms: &[
            "testing",
            "deprecated",
            "operations",
            "listing",
            "builder",
            "client",
            "sender",
            "identity",
            "answer",
            "error",
            "response",
            "decode",
            "trace",
            "operation",
            "call_options",
            "wait",
            "media_file",
        ],
        extended: &[],
        circles: &[],
    },
    Plan {
        name: "mem0-client-blocking",
        rooms: &[
            "deprecated",
            "operations",
            "listing",
            "builder",
            "client",
            "driver",
            "media_file",
        ],
        extended: &[],
        circles: &[],
    },
    Plan {
        name: "mem0-components",
        rooms: &[
            "testing",
            "registry",
            "components",
            "config",
            "secret",
            "vector_store",
            "embedder",
            "reranker",
            "llm",
            "reply",
            "error",
        ],
        extended: &[],
        // A store that lies, and its collection.
        circles: &[&["testing::lying_store", "testing::lying_store::collection"]],
    },
    Plan {
        name: "mem0-providers",
        rooms: &[
            "providers",
            "rerankers",
            "llms",
            "litellm",
            "azure",
            "huggingface",
            "openai_compatible",
            "bedrock",
            "anthropic",
            "gemini",
            "ollama",
            "vertex",
            "embedding",
            "model",
            "chat",
            "service",
            "place",
            "credentials",
            "connection",
            "failure",
            "sending",
            "in_order",
        ],
        extended: &[],
        circles: &[],
    },
    Plan {
        name: "mem0-encoder",
        rooms: &[
            "encoder",
            "model",
            "folder",
            "linear",
            "lanes",
            "tokenizer",
            "sections",
            "arithmetic",
            "alone",
            "error",
        ],
        extended: &[],
        circles: &[],
    },
    Plan {
        name: "mem0-engine",
        rooms: &[
            "engine",
            "running",
            "jobs",
            "erasing",
            "collections",
            "derived",
            "upkeep",
            "learning",
            "memories",
            "webhooks",
            "retrieval",
            "tenancy",
            "threads",
            "folder",
            "job",
            "components",
            "encoding",
            "change",
            "ids",
            "retention",
            "clock",
            "json_depth",
            "limits",
            "json_size",
            "room",
            "page",
            "stored_json",
            "extraction",
            "text",
            "turns",
            "giving_way",
            "error",
            "work_budget",
        ],
        extended: &["Engine"],
        // Organizations, projects and members know each other, as they do in life.
        circles: &[&["tenancy::members", "tenancy::organizations", "tenancy::projects"]],
    },
    Plan {
        name: "mem0-server",
        rooms: &[
            "router",
            "options",
            "deliver",
            "legacy",
            "operations",
            "service",
            "middleware",
            "http",
        ],
        extended: &[],
        circles: &[],
    },
];

/// A module: its path below the crate's root.
type Module = Vec<String>;

/// The files of a crate, each with its syntax tree.
struct Sources(BTreeMap<Module, syn::File>);

impl Sources {
    fn read(src: &Path) -> Self {
        let mut files = BTreeMap::new();
        for path in super::sources::sources(src) {
            let relative = path.strip_prefix(src).unwrap().with_extension("");
            let mut module: Module =
                relative.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
            if module.first().is_some_and(|first| first == "bin" || first == "main") {
                continue;
            }
            if module.last().is_some_and(|last| last == "mod" || last == "lib") {
                module.pop();
            }
            files.insert(module, syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
        }
        Self(files)
    }

    /// Which file declares what a path names, seen from a module; `None` for another crate's.
    fn home(&self, from: &Module, path: &[String]) -> Option<(Module, Option<String>)> {
        let (first, rest) = path.split_first()?;
        let (mut module, mut rest) = match first.as_str() {
            "crate" => (Module::new(), rest),
            "self" => (from.clone(), rest),
            "super" => (from.split_last()?.1.to_vec(), rest),
            _ => (from.clone(), path),
        };
        while rest.first().is_some_and(|part| part == "super") {
            module.pop();
            rest = &rest[1..];
        }
        let starts_here = rest.len() == path.len();
        let mut is_first = true;
        while let Some((part, behind)) = rest.split_first() {
            let mut child = module.clone();
            child.push(part.clone());
            if self.0.contains_key(&child) {
                (module, rest) = (child, behind);
            } else if let Some(target) = self.handed_on(&module, part) {
                let target: Vec<_> = target.into_iter().chain(behind.iter().cloned()).collect();
                return self.home(&module, &target);
            } else {
                // The first word of a path that begins nowhere is another crate.
                return (!(starts_here && is_first)).then(|| (module, Some(part.clone())));
            }
            is_first = false;
        }
        Some((module, None))
    }

    /// The path under which a module hands on a name of another.
    fn handed_on(&self, module: &Module, name: &str) -> Option<Vec<String>> {
        let uses = self.0[module].items.iter().filter_map(|item| match item {
            syn::Item::Use(used) => Some(used),
            _ => None,
        });
        let handed_on: Vec<_> = uses
            .filter(|used| !matches!(used.vis, syn::Visibility::Inherited))
            .flat_map(|used| leaves(&used.tree))
            .filter(|(_, path)| !path.is_empty())
            .collect();
        let by_name =
            handed_on.iter().find(|(alias, path)| alias == name && path.len() > 1).cloned();
        by_name.map(|(_, path)| path).or_else(|| {
            // Everything of a folder that has such a name.
            let globs = handed_on.iter().filter(|(alias, _)| alias == "*").map(|(_, path)| path);
            let mut having = globs.filter(|path| {
                let path = path.iter().filter(|part| *part != "self");
                let child: Module = module.iter().chain(path).cloned().collect();
                self.0.contains_key(&child) && self.has(&child, name)
            });
            Some([having.next()?.clone(), vec![name.to_owned()]].concat())
        })
    }

    /// Whether a module declares a name, or hands it on.
    fn has(&self, module: &Module, name: &str) -> bool {
        let declares = |item: &syn::Item| match item {
            syn::Item::Struct(item) => item.ident == name,
            syn::Item::Enum(item) => item.ident == name,
            syn::Item::Trait(item) => item.ident == name,
            syn::Item::Type(item) => item.ident == name,
            syn::Item::Fn(item) => item.sig.ident == name,
            syn::Item::Const(item) => item.ident == name,
            syn::Item::Mod(item) => item.ident == name,
            _ => false,
        };
        self.0[module].items.iter().any(declares) || self.handed_on(module, name).is_some()
    }

    /// Which files each file names, and by which word.
    fn arrows(&self, extended: &[&str]) -> BTreeMap<Module, BTreeMap<Module, String>> {
        let mut arrows = BTreeMap::new();
        // The crate's root is a table of contents.
        for (module, file) in self.0.iter().filter(|(module, _)| !module.is_empty()) {
            let mut named = Named::default();
            named.visit_file(file);
            let mut targets = BTreeMap::new();
            for path in named.paths() {
                let Some((home, item)) = self.home(module, &path) else { continue };
                let word = item.or_else(|| home.last().cloned()).unwrap_or_default();
                if home != *module && !home.is_empty() && !extended.contains(&word.as_str()) {
                    targets.insert(home, word);
                }
            }
            arrows.insert(module.clone(), targets);
        }
        arrows
    }
}

/// The names that a `use` brings in, each with its path.
fn leaves(tree: &syn::UseTree) -> Vec<(String, Vec<String>)> {
    match tree {
        syn::UseTree::Path(path) => leaves(&path.tree)
            .into_iter()
            .map(|(alias, rest)| {
                let first = path.ident.to_string();
                if rest.is_empty() {
                    return (first.clone(), vec![first]);
                }
                (alias, [vec![first], rest].concat())
            })
            .collect(),
        syn::UseTree::Name(name) if name.ident == "self" => vec![(String::new(), Vec::new())],
        syn::UseTree::Name(name) => vec![(name.ident.to_string(), vec![name.ident.to_string()])],
        syn::UseTree::Rename(name) => {
            vec![(name.rename.to_string(), vec![name.ident.to_string()])]
        }
        syn::UseTree::Glob(_) => vec![("*".to_owned(), Vec::new())],
        syn::UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
    }
}

/// The paths that a file names, without those of its tests.
#[derive(Default)]
struct Named {
    brought_in: Vec<(String, Vec<String>)>,
    paths: Vec<Vec<String>>,
    /// In how many modules inside the file.
    depth: usize,
}

impl Named {
    /// A path as it would be written at the file's own level.
    fn leveled(&self, path: Vec<String>) -> Vec<String> {
        let inside = path.iter().take(self.depth).take_while(|part| *part == "super").count();
        path[inside..].to_vec()
    }

    /// Each from where it begins: what follows a name that was brought in, follows its path.
    fn paths(self) -> Vec<Vec<String>> {
        let aliases: BTreeMap<_, _> = self.brought_in.iter().cloned().collect();
        let followed = self.paths.iter().filter_map(|path| {
            let (first, rest) = path.split_first()?;
            match aliases.get(first) {
                Some(before) => Some([before.clone(), rest.to_vec()].concat()),
                None => (first == "crate").then(|| path.clone()),
            }
        });
        let brought_in = self.brought_in.iter().map(|(_, path)| path.clone());
        brought_in.chain(followed).filter(|path| !path.is_empty()).collect()
    }
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        let is_test = attributes.iter().any(|attribute| {
            attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
        });
        if !is_test {
            self.depth += usize::from(matches!(item, syn::Item::Mod(_)));
            visit::visit_item(self, item);
            self.depth -= usize::from(matches!(item, syn::Item::Mod(_)));
        }
    }

    fn visit_item_use(&mut self, used: &'ast syn::ItemUse) {
        // What is handed on from a file's own parts is no arrow.
        let own = |path: &[String]| {
            path.first().is_some_and(|first| first != "crate" && first != "super")
        };
        let is_public = !matches!(used.vis, syn::Visibility::Inherited);
        let brought_in = leaves(&used.tree).into_iter();
        let brought_in: Vec<_> =
            brought_in.map(|(alias, path)| (alias, self.leveled(path))).collect();
        let brought_in = brought_in.into_iter();
        self.brought_in.extend(brought_in.filter(|(_, path)| !(is_public && own(path))));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words = path.segments.iter().map(|segment| segment.ident.to_string());
        let words = self.leveled(words.collect());
        self.paths.push(words);
        visit::visit_path(self, path);
    }
}

fn name(module: &Module) -> String {
    module.join("::")
}

/// What goes against the plan, in sentences.
fn broken(sources: &Sources, plan: &Plan) -> Vec<String> {
    let arrows = sources.arrows(plan.extended);
    let place = |module: &Module| plan.rooms.iter().position(|room| *room == module[0]);
    let mut broken = Vec::new();
    for (from, targets) in &arrows {
        let Some(own) = place(from) else {
            broken.push(format!("`{}` is in no room of the plan", name(from)));
            continue;
        };
        for (to, word) in targets {
            if from[0] != to[0] && place(to).is_none_or(|place| place <= own) {
                let (from, to) = (name(from), name(to));
                broken.push(format!(
                    "`{from}` names `{word}` of `{to}`, which does not stand below it"
                ));
            }
        }
    }
    for circle in circles(&arrows) {
        let circle: Vec<_> = circle.iter().map(name).collect();
        let is_excused = plan.circles.iter().any(|excused| *excused == circle);
        if !is_excused {
            broken.push(format!("these name each other in a circle: {}", circle.join(", ")));
        }
    }
    broken
}

/// The sets of files that name each other in a circle.
fn circles(arrows: &BTreeMap<Module, BTreeMap<Module, String>>) -> Vec<BTreeSet<Module>> {
    let reached = |from: &Module| {
        let (mut reached, mut left) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(module) = left.pop() {
            for next in arrows.get(&module).into_iter().flat_map(BTreeMap::keys) {
                if reached.insert(next.clone()) {
                    left.push(next.clone());
                }
            }
        }
        reached
    };
    let all: BTreeMap<_, _> = arrows.keys().map(|from| (from.clone(), reached(from))).collect();
    let mut circles = BTreeSet::new();
    for (from, reached) in &all {
        if reached.contains(from) {
            let back = |to: &&Module| all.get(*to).is_some_and(|reached| reached.contains(from));
            circles.insert(reached.iter().filter(back).cloned().collect::<BTreeSet<_>>());
        }
    }
    circles.into_iter().collect()
}

fn src(package: &str) -> PathBuf {
    super::sources::root().join(package).join("src")
}

#[test]
fn each_room_names_only_rooms_below_it() {
    for plan in PLANS {
        let sources = Sources::read(&src(plan.name));
        assert!(sources.0.len() > 5, "{}: only {} files", plan.name, sources.0.len());
        let broken = broken(&sources, plan);
        assert!(broken.is_empty(), "{}:\n{}", plan.name, broken.join("\n"));
    }
}

fn engine() -> &'static Plan {
    PLANS.iter().find(|plan| plan.name == "mem0-engine").unwrap()
}

/// Says what is broken when an item is added to a file of the engine.
fn broken_by(sources: &mut Sources, module: &str, item: &str) -> Vec<String> {
    let module: Module = module.split("::").map(str::to_owned).collect();
    let items = &mut sources.0.get_mut(&module).unwrap().items;
    let before = items.len();
    items.extend(syn::parse_file(item).unwrap().items);
    let broken = broken(sources, engine());
    sources.0.get_mut(&module).unwrap().items.truncate(before);
    broken
}

#[test]
fn one_wrong_use_is_found_however_it_is_written() {
    let mut sources = Sources::read(&src("mem0-engine"));
    let mut broken_by = |module: &str, item: &str| broken_by(&mut sources, module, item);
    for item in [
        "use crate::memories::entities;",
        "use crate::memories::entities::EntityRecord;",
        "use crate::EntityRecord;",
        "use crate::{EngineError, memories::entities::{self, EntityRecord as Record}};",
        "use super::super::memories::entities;",
        "fn f() { crate::memories::entities::get() }",
        "use crate::memories; fn f() { memories::entities::get() }",
        "fn f(_: crate::EntityRecord) {}",
    ] {
        let found = broken_by("tenancy::access", item);
        let wrong = found.iter().any(|sentence| {
            sentence.starts_with("`tenancy::access` names") && sentence.contains("`memories")
        });
        assert!(wrong, "{item}: {found:?}");
    }
    // What a test names is its own affair, and so is what a room extends.
    let test = "#[cfg(test)] mod tests { use crate::EntityRecord; }";
    for item in [test, "use crate::Engine;", "use std::fmt;", "use crate::EngineError;"] {
        assert_eq!(broken_by("tenancy::access", item), [""; 0], "{item}");
    }
    // What a folder hands on by a glob is found where it was born.
    assert_eq!(broken_by("ids", "use mem0_types::Filter;"), [""; 0]);
    // Inside a room, a circle is.
    let found = broken_by("retrieval::postings", "use crate::retrieval::ranking::Query;");
    assert!(found.iter().any(|sentence| sentence.contains("circle")), "{found:?}");
    sources.0.insert(vec!["attic".to_owned()], syn::parse_file("").unwrap());
    assert_eq!(broken(&sources, engine()), ["`attic` is in no room of the plan"]);
}

#[test]
fn folders_and_files_are_small_enough_to_find_ones_way() {
    let (mut folders, mut long) = (BTreeMap::<PathBuf, usize>::new(), Vec::new());
    for name in PLANS.iter().map(|plan| plan.name) {
        for path in super::sources::sources(&src(name)) {
            *folders.entry(path.parent().unwrap().to_owned()).or_default() += 1;
            let text = fs::read_to_string(&path).unwrap();
            let shipping = text.split("\n#[cfg(test)]\nmod tests").next().unwrap_or(&text);
            if shipping.lines().count() > 500 {
                long.push(path);
            }
        }
    }
    folders.retain(|_, files| *files > 20);
    assert!(folders.is_empty(), "more than 20 files: {folders:?}");
    assert!(long.is_empty(), "more than 500 lines: {long:?}");
}
