//! The files of a crate do not name each other in a circle, so that one can be read before the
//! other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};

/// The files of a crate, by module path, with what each of them names. `crate` alone is the root.
#[derive(Default)]
struct Crate {
    files: BTreeMap<String, Named>,
    /// Of these, each `lib.rs` and `mod.rs`, which only list others.
    lists: BTreeSet<String>,
}

/// What a file names, and what it exports of other files.
#[derive(Default)]
struct Named {
    paths: Vec<Vec<String>>,
    exports: BTreeMap<String, Vec<String>>,
}

impl Named {
    fn read(source: &str) -> Self {
        let mut named = Self::default();
        named.visit_file(&syn::parse_file(source).unwrap());
        named
    }

    fn tree(&mut self, tree: &syn::UseTree, mut path: Vec<String>, is_export: bool) {
        match tree {
            syn::UseTree::Path(next) => {
                path.push(next.ident.to_string());
                self.tree(&next.tree, path, is_export);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(tree, path.clone(), is_export);
                }
            }
            syn::UseTree::Name(_) | syn::UseTree::Rename(_) => {
                let (from, name) = match tree {
                    syn::UseTree::Rename(rename) => (&rename.ident, &rename.rename),
                    syn::UseTree::Name(name) => (&name.ident, &name.ident),
                    _ => return,
                };
                path.push(from.to_string());
                if is_export {
                    self.exports.insert(name.to_string(), path.clone());
                }
                self.paths.push(path);
            }
            syn::UseTree::Glob(_) => self.paths.push(path),
        }
    }
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let is_export = !matches!(item.vis, syn::Visibility::Inherited);
        self.tree(&item.tree, Vec::new(), is_export);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        // Tests may name what they like.
        if !module
            .attrs
            .iter()
            .any(|attribute| quote::quote!(#attribute).to_string().contains("test"))
        {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}

impl Crate {
    fn read(folder: &Path) -> Self {
        let mut found = Self::default();
        found.read_folder(folder, "crate");
        found
    }

    fn read_folder(&mut self, folder: &Path, module: &str) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let inside = format!("{module}::{stem}");
            if path.is_dir() {
                self.read_folder(&path, &inside);
            } else if stem != "tests" {
                let is_list = matches!(stem.as_str(), "lib" | "mod");
                let name = if is_list { module.to_owned() } else { inside };
                if is_list {
                    self.lists.insert(name.clone());
                }
                self.files.insert(name, Named::read(&fs::read_to_string(&path).unwrap()));
            }
        }
    }

    /// The file that a path of this one leads to, through what other files export.
    fn leads_to(&self, from: &str, path: &[String]) -> Option<String> {
        let mut place = match path.first()?.as_str() {
            "crate" => "crate".to_owned(),
            "super" => from.rsplit_once("::")?.0.to_owned(),
            first if self.files.contains_key(&format!("{from}::{first}")) => from.to_owned(),
            _ => return None,
        };
        let rest = if matches!(path[0].as_str(), "crate" | "super") { &path[1..] } else { path };
        for name in rest {
            let inside = format!("{place}::{name}");
            if self.files.contains_key(&inside) {
                place = inside;
            } else {
                match self.files[&place].exports.get(name) {
                    Some(export) => return self.leads_to(&place, export).or(Some(place)),
                    None => return Some(place),
                }
            }
        }
        Some(place)
    }

    /// A file and the folder of its name are one room; the folder of a list is none.
    fn room(&self, file: &str) -> String {
        let mut room = file;
        while let Some((above, _)) = room.rsplit_once("::") {
            if self.lists.contains(above) {
                break;
            }
            room = above;
        }
        room.to_owned()
    }

    /// Whom each room names.
    fn arrows(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (file, named) in self.files.iter().filter(|(file, _)| !self.lists.contains(*file)) {
            let from = self.room(file);
            let to = named.paths.iter().filter_map(|path| self.leads_to(file, path));
            let to = to
                .map(|file| self.room(&file))
                .filter(|to| *to != from && !self.lists.contains(to));
            arrows.entry(from.clone()).or_default().extend(to);
        }
        arrows
    }
}

/// A circle in it, if there is one.
fn circle(arrows: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn search(
        arrows: &BTreeMap<String, BTreeSet<String>>,
        way: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<Vec<String>> {
        let here = way.last()?.clone();
        for next in arrows.get(&here).into_iter().flatten() {
            if let Some(start) = way.iter().position(|room| room == next) {
                return Some(way[start..].to_vec());
            }
            if !done.contains(next) {
                way.push(next.clone());
                if let Some(found) = search(arrows, way, done) {
                    return Some(found);
                }
                way.pop();
            }
        }
        done.insert(here);
        None
    }
    let mut done = BTreeSet::new();
    arrows.keys().find_map(|start| search(arrows, &mut vec![start.clone()], &mut done))
}

#[test]
fn no_files_of_the_clients_name_each_other_in_a_circle() {
    for (name, at_least) in [("mem0-http", 20), ("mem0-client", 50), ("mem0-client-blocking", 15)] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src");
        let arrows = Crate::read(&folder).arrows();
        let count: usize = arrows.values().map(BTreeSet::len).sum();
        assert!(count >= at_least, "{name}: only {count} arrows: {arrows:#?}");
        assert_eq!(circle(&arrows), None, "{name}");
    }
}

#[test]
fn a_circle_is_found() {
    let mut made = Crate::default();
    made.lists.insert("crate".to_owned());
    for (file, source) in [
        ("crate", "mod a; mod b; mod c; pub use b::B;"),
        ("crate::a", "use crate::B; struct A(B);"),
        ("crate::b", "struct B(crate::c::C);"),
        ("crate::c", "use super::a::A; struct C(A);"),
    ] {
        made.files.insert(file.to_owned(), Named::read(source));
    }
    let found = circle(&made.arrows()).unwrap();
    assert_eq!(found, ["crate::a", "crate::b", "crate::c"]);
    made.files.insert("crate::c".to_owned(), Named::read("struct C;"));
    assert_eq!(circle(&made.arrows()), None);
}
