use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value, ValueExt};
use mem0_types::{EntityRef, EntityType};

use crate::keys;

pub(crate) const HELP: &str = "\
mem0-server: the Mem0 platform's API on your own machine

Usage: mem0-server [--listen ADDRESS] [--data-dir DIR] [--api-key KEY]
                   [--private-webhooks]
       mem0-server keys create [--name NAME] [--project ID] [--scope KIND=ID]...
                               [--read-only] [--data-dir DIR]
       mem0-server keys list [--data-dir DIR]
       mem0-server keys revoke ID [--data-dir DIR]

Options:
  --listen ADDRESS  Where to listen: host:port. Port 0 takes a free one.
                    Default 127.0.0.1:8888, which only this machine can reach.
  --data-dir DIR    The folder that keeps the memories; made if it does not exist.
                    Default mem0-data, in the current folder.
  --api-key KEY     The key that clients must send. Others on this machine can see
                    command lines, so prefer the variable below.
  --private-webhooks
                    Webhooks may call addresses of this machine and its network. They
                    may anyway while only this machine can reach the server.
  --name NAME       What the new key is called. Default \"Key\".
  --project ID      The project that the new key opens. Default the default project.
  --scope KIND=ID   Binds the new key to a user, agent, app or run, such as user=alice.
                    Given several times, to any of them.
  --read-only       The new key changes nothing.
  -h, --help        Print this.
  -V, --version     Print the version.

Environment:
  MEM0_SERVER_API_KEY  The key, when there is no --api-key.

With neither, the first start makes a key and prints it once; the data folder keeps
only its hash, and later starts accept it again. A key that you give takes its place
for that run.

mem0-server keys makes, lists and revokes the keys of a data folder. A server that
runs on the folder follows before the command ends.

SIGTERM and SIGINT (Ctrl-C) finish the requests in flight and stop the server.
Point a client at it with its base URL: http://127.0.0.1:8888";

const API_KEY_VARIABLE: &str = "MEM0_SERVER_API_KEY";

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Command {
    Serve(Options),
    Keys(keys::Options),
    Help,
    Version,
}

pub(crate) struct Options {
    pub(crate) listen: String,
    pub(crate) data_dir: PathBuf,
    pub(crate) api_key: Option<String>,
    pub(crate) private_webhooks: bool,
}

impl std::fmt::Debug for Options {
    /// Leaves the key out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("listen", &self.listen)
            .field("data_dir", &self.data_dir)
            .finish_non_exhaustive()
    }
}

/// Reads the command line and the environment.
pub(crate) fn read() -> Result<Command, String> {
    let parser = lexopt::Parser::from_env();
    parse(parser, std::env::var_os(API_KEY_VARIABLE))
}

fn parse(mut parser: lexopt::Parser, key: Option<OsString>) -> Result<Command, String> {
    let mut options = Options {
        listen: "127.0.0.1:8888".to_owned(),
        data_dir: PathBuf::from("mem0-data"),
        api_key: None,
        private_webhooks: false,
    };
    let say = |error: lexopt::Error| error.to_string();
    while let Some(argument) = parser.next().map_err(say)? {
        match argument {
            Long("listen") => {
                options.listen = parser.value().and_then(ValueExt::string).map_err(say)?
            }
            Long("data-dir") => options.data_dir = parser.value().map_err(say)?.into(),
            Long("api-key") => options.api_key = Some(key_in(parser.value().map_err(say)?)?),
            Long("private-webhooks") => options.private_webhooks = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Value(word) if word == "keys" => return parse_keys(parser, options.data_dir),
            other => return Err(other.unexpected().to_string()),
        }
    }
    if options.api_key.is_none() {
        options.api_key = key.map(key_in).transpose()?;
    }
    Ok(Command::Serve(options))
}

fn parse_keys(mut parser: lexopt::Parser, mut data_dir: PathBuf) -> Result<Command, String> {
    let say = |error: lexopt::Error| error.to_string();
    let (mut words, mut name, mut project_id) = (Vec::new(), None, None);
    let (mut scopes, mut read_only) = (Vec::new(), false);
    while let Some(argument) = parser.next().map_err(say)? {
        let text = |parser: &mut lexopt::Parser| {
            parser.value().and_then(ValueExt::string).map_err(|error| error.to_string())
        };
        match argument {
            Value(word) if words.len() < 2 => words.push(word.string().map_err(say)?),
            Long("data-dir") => data_dir = parser.value().map_err(say)?.into(),
            Long("name") => name = Some(text(&mut parser)?),
            Long("project") => project_id = Some(text(&mut parser)?),
            Long("scope") => scopes.push(scope(&text(&mut parser)?)?),
            Long("read-only") => read_only = true,
            Short('h') | Long("help") => return Ok(Command::Help),
            other => return Err(other.unexpected().to_string()),
        }
    }
    let only_for_create = name.is_some() || project_id.is_some() || read_only || !scopes.is_empty();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let action = match words.as_slice() {
        ["create"] => {
            let name = name.unwrap_or_else(|| "Key".to_owned());
            keys::Action::Create { name, project_id, scopes, read_only }
        }
        ["list"] if !only_for_create => keys::Action::List,
        ["revoke", id] if !only_for_create => keys::Action::Revoke((*id).to_owned()),
        _ => return Err("keys takes create, list, or revoke with the id of a key".to_owned()),
    };
    Ok(Command::Keys(keys::Options { data_dir, action }))
}

/// `user=alice`. The message does not repeat the id.
fn scope(text: &str) -> Result<EntityRef, String> {
    let refused = || "--scope must be user=ID, agent=ID, app=ID or run=ID".to_owned();
    let (kind, id) = text.split_once('=').ok_or_else(refused)?;
    match EntityType::from(kind) {
        EntityType::Other(_) => Err(refused()),
        kind => Ok(EntityRef::new(kind, id)),
    }
}

/// Only what fits into a header can ever be sent. The message does not repeat the key.
fn key_in(value: OsString) -> Result<String, String> {
    match value.into_string() {
        Ok(key) if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(key),
        _ => Err(format!(
            "the API key (--api-key or {API_KEY_VARIABLE}) must be printable ASCII without spaces, \
             and not empty"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str], key: Option<&str>) -> Result<Command, String> {
        parse(lexopt::Parser::from_args(arguments), key.map(OsString::from))
    }

    fn options(arguments: &[&str], key: Option<&str>) -> Options {
        match parsed(arguments, key) {
            Ok(Command::Serve(options)) => options,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_defaults_are_loopback_and_a_key_to_be_made() {
        let options = options(&[], None);
        assert_eq!(options.listen, "127.0.0.1:8888");
        assert_eq!(options.data_dir, PathBuf::from("mem0-data"));
        assert_eq!(options.api_key, None);
        assert!(!options.private_webhooks);
    }

    #[test]
    fn the_command_line_comes_before_the_environment() {
        let given = ["--listen", "[::1]:0", "--data-dir=/d", "--api-key", "k1"];
        let from_line = options(&given, Some("k2"));
        assert_eq!(from_line.listen, "[::1]:0");
        assert_eq!(from_line.data_dir, PathBuf::from("/d"));
        assert_eq!(from_line.api_key.as_deref(), Some("k1"));
        assert!(options(&["--private-webhooks"], None).private_webhooks);
        assert_eq!(options(&[], Some("k2")).api_key.as_deref(), Some("k2"));
    }

    #[test]
    fn what_cannot_be_a_key_is_refused_and_not_repeated() {
        for key in ["", "two words", "schlüssel", "tab\t"] {
            let refused = parsed(&["--api-key", key], None).unwrap_err();
            assert!(key.is_empty() || !refused.contains(key), "{refused}");
            assert!(parsed(&[], Some(key)).is_err());
        }
    }

    #[test]
    fn keys_are_made_listed_and_revoked() {
        let given = ["--data-dir", "/d", "keys", "create", "--scope", "user=a=b", "--read-only"];
        match parsed(&given, None) {
            Ok(Command::Keys(keys::Options { data_dir, action })) => {
                assert_eq!(data_dir, PathBuf::from("/d"));
                let keys::Action::Create { scopes, read_only, .. } = action else {
                    panic!("{action:?}")
                };
                assert_eq!(scopes, [EntityRef::user("a=b")]);
                assert!(read_only);
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            parsed(&["keys", "revoke", "x", "--data-dir=/d"], None),
            Ok(Command::Keys(keys::Options { action: keys::Action::Revoke(id), .. })) if id == "x"
        ));
        for refused in [
            &["keys"][..],
            &["keys", "make"],
            &["keys", "revoke"],
            &["keys", "list", "--read-only"],
            &["keys", "create", "x"],
            &["keys", "create", "--scope", "alice"],
            &["keys", "create", "--scope", "org=x"],
            &["keys", "list", "--listen", "x"],
        ] {
            assert!(parsed(refused, None).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn unknown_arguments_are_refused() {
        for arguments in [&["--port", "1"][..], &["serve"], &["--listen"], &["-x"]] {
            assert!(parsed(arguments, None).is_err(), "{arguments:?}");
        }
        assert!(matches!(parsed(&["--help"], None), Ok(Command::Help)));
        assert!(matches!(parsed(&["-V"], None), Ok(Command::Version)));
    }
}
