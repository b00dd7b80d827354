use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value, ValueExt};
use mem0_types::{EntityRef, EntityType};

use crate::config::{Config, OPTIONS};
use crate::nearest_name::{option_like, variable};
use crate::{change_embedder, components, folder, keys};

pub(crate) const HELP: &str = "\
mem0-server: the Mem0 platform's API on your own machine

Usage: mem0-server [OPTIONS]
       mem0-server keys create [--name NAME] [--project ID] [--owner ADDRESS]
                               [--scope KIND=ID]... [--read-only | --administer]
                               [--create-folder]
       mem0-server keys list
       mem0-server keys revoke ID
       mem0-server backup FILE|DIR
       mem0-server restore FILE
       mem0-server check [FILE]
       mem0-server export [--project ID] [FILE]
       mem0-server import [--create-folder] [FILE]
       mem0-server change-embedder --to NAME [--yes]
       mem0-server change-embedder --cancel
       mem0-server check-config [OPTIONS]

Options of the server:
  --listen ADDRESS         Address to listen on: host:port. Port 0 picks a free port.
                           Default 127.0.0.1:8888, which only this machine can
                           reach. Any other address requires an existing key.
  --api-key KEY            Key that clients must send. Other users of this machine
                           can see command lines: prefer the file or a variable.
  --api-key-file FILE      File that contains the key.
  --base-url URL           Address at which clients reach the server, for the next
                           links of pages. Default: each request's Host.
  --cors-origins ORIGINS   Origins whose web pages may call the server, with commas
                           between them: https://app.example. With * every page
                           of every site may. Default: none.
  --embedder NAME          What finds memories by their meaning: minilm, a sentence
                           encoder, takes milliseconds a text; static, a table of
                           words, takes microseconds and understands less. Or a
                           provider, such as ollama, or a JSON object with provider
                           and config, as in Mem0's configuration. A folder with
                           memories keeps its embedder until that is changed, and
                           import takes the option too. Default: the folder's own,
                           minilm for a new one.
  --change-embedder WHETHER Whether the server changes the folder's embedder to that of
                           --embedder while it serves: no, free, or paid, which
                           agrees to what a provider charges. Default no.
  --embedding-price PRICE  Price of a million tokens, to show what a change costs.
  --reranker NAME          What orders the hits of searches with rerank: a provider,
                           such as cohere, or a JSON object with provider and config,
                           as in Mem0's configuration. Default: a comparison of words
                           on this machine.
  --llm NAME               The language model: a provider, such as ollama, or a JSON
                           object with provider and config, as in Mem0's
                           configuration. Default: none.
  --llm-limits JSON        What the language model may be asked: an object with
                           calls_per_day, tokens_per_day, tokens_per_add, in_flight,
                           seconds_per_call.
                           Default: no limits.
  --log LEVEL              error, warn, or info, which logs every request.
                           Default warn.
  --body-limit BYTES       Largest request body. Default 16777216.
  --rate-limit NUMBER      Requests per minute for each key. Default 0, unlimited.
  --max-connections NUMBER Connections served at once. Beyond it, one that has not
                           shown a key is closed for each new one. Default 1024.
  --header-timeout SECONDS Longest time for a request's head, and for an idle
                           connection. Default 30.
  --body-timeout SECONDS   Longest time for a request's body, and for a client that
                           does not read its answer. Default 60.
  --drain-limit SECONDS    Longest time for requests and queued work to finish when
                           the server is stopped. Default 30.
  --private-webhooks BOOL  Whether webhooks may call this machine and its network:
                           true or false. With true, anybody who may create a
                           webhook can reach what the server can. Default false.
  --metrics-listen ADDRESS Address for Prometheus to read /metrics without a key:
                           IP:port. Default: none.
  --print-config           Print the effective configuration and exit.

Options of every command:
  --data-dir DIR           Folder for the memories. Default mem0-data, in the current
                           folder. The server creates it if it does not exist; a
                           command refuses a folder that has no memories.
  --config FILE            TOML file with any of the options above, written like
                           body_limit. The variable MEM0_SERVER_CONFIG can name it.
  -h, --help               Print this.
  -V, --version            Print the version.

Each option can also be set by a variable, like MEM0_SERVER_BODY_LIMIT. The command
line has precedence, then the environment, then the file.

If there is no key, the first start makes one that administers, and prints it once.
The data folder keeps only its hash, and later starts accept it. A key that you give
replaces it for that run.

keys creates, lists and revokes the keys of a data folder. A server that uses the
folder applies the change before the command ends.
  --name NAME              Name of the new key. Default \"Key\".
  --project ID             The only project that the new key opens. Default: the
                           default project.
  --owner ADDRESS          Account of the new key, an e-mail address. If the account
                           owns the project, the key may change the project's
                           settings, members and webhooks. Default local@example.com,
                           which owns what no other account made.
  --scope KIND=ID          Restrict the new key to a user, agent, app or run, such as
                           user=alice. Repeat it to allow several of them.
  --read-only              The new key may only read.
  --create-folder          Create the data folder if it does not exist: to make a
                           key before the first start.
  --administer             The new key also reaches the other organizations and
                           projects that its owner is a member of, and may create
                           new ones. Do not give such a key to anybody else.

backup copies the data folder into one file, whether or not a server uses it.
restore makes a new data folder from such a file. check examines a data folder or a
backup, and exits with code 1 if something is wrong.
export writes the folder, or one project, as lines of JSON. import adds them to an
existing folder, or with --create-folder to a new one. Without a FILE, they use standard
output and input.
change-embedder says what it takes to embed all memories with another embedder, does it,
and goes on where it was stopped. No server may use the folder meanwhile.
  --to NAME                The new embedder, as in --embedder, which is its default.
  --yes                    Agrees to what a provider charges, without a question.
  --cancel                 Gives a change up that was begun.
check-config says of each component what it is and where it goes, asks the language
model one word, the embedder one vector and the reranker one score, and exits with code
1 if one cannot be used, or 2 if the configuration cannot be read. It takes the options
of the server, and uses no data folder.

SIGTERM and SIGINT (Ctrl-C) stop the server once the requests in flight are finished;
a second one stops it at once.
Point a client at it with its base URL: http://127.0.0.1:8888";

/// The command to run.
#[derive(Debug)]
pub(crate) enum Command {
    Serve(Config),
    PrintConfig(Config),
    CheckConfig(Config),
    Keys(keys::Options),
    ChangeEmbedder(change_embedder::Options),
    Folder(folder::Options),
    Help,
    Version,
}

/// Options that belong to a single command.
#[derive(Default)]
struct Own {
    words: Vec<OsString>,
    key: keys::NewKeyOptions,
    create_folder: bool,
    to: Option<String>,
    is_agreed: bool,
    cancels: bool,
    print_config: bool,
    /// Whether an option of the server itself was given.
    serves: bool,
    /// Whether `--embedder` was given, which `import` takes too.
    embeds: bool,
}

/// Reads the command line, the environment and the file.
pub(crate) fn read() -> Result<Command, String> {
    parse(lexopt::Parser::from_env(), &|name| std::env::var_os(name))
}

fn parse(
    mut parser: lexopt::Parser,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Command, String> {
    let as_text = |error: lexopt::Error| error.to_string();
    let (mut own, mut given, mut file) = (Own::default(), Vec::new(), None);
    while let Some(argument) = parser.next().map_err(as_text)? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Value(word) => own.words.push(word),
            Long("config") => file = Some(parser.value().map_err(as_text)?),
            Long("print-config") => own.print_config = true,
            Long("create-folder") => own.create_folder = true,
            Long("yes") => own.is_agreed = true,
            Long("cancel") => own.cancels = true,
            Long("read-only") => own.key.read_only = true,
            Long("administer") => own.key.administers = true,
            Long(name) => {
                let name = name.to_owned();
                if let Some(option) = OPTIONS.iter().find(|option| **option == name) {
                    own.embeds |= *option == "embedder";
                    own.serves |= !matches!(*option, "data-dir" | "embedder" | "embedding-price");
                    given.push((*option, parser.value().map_err(as_text)?));
                    continue;
                }
                if !matches!(name.as_str(), "name" | "project" | "owner" | "scope" | "to") {
                    let meant = option_like(&name);
                    return Err(format!("{}; did you mean --{meant}?", Long(&name).unexpected()));
                }
                let text = parser.value().and_then(ValueExt::string).map_err(as_text)?;
                match name.as_str() {
                    "name" => own.key.name = Some(text),
                    "project" => own.key.project_id = Some(text),
                    "owner" => own.key.owner = Some(text),
                    "to" => own.to = Some(text),
                    _ => own.key.scopes.push(scope(&text)?),
                }
            }
            other => return Err(other.unexpected().to_string()),
        }
    }
    let config = config(file, given, environment)?;
    command(own, config)
}

/// The command line overrides the environment, which overrides the file.
fn config(
    file: Option<OsString>,
    given: Vec<(&'static str, OsString)>,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Result<Config, String> {
    let mut config = Config::default();
    if let Some(file) = file.or_else(|| environment("MEM0_SERVER_CONFIG")) {
        config.read_file(&PathBuf::from(file))?;
    }
    let from_environment = OPTIONS.iter().filter_map(|option| {
        let name = variable(option);
        environment(&name).map(|value| (*option, name, value))
    });
    let from_line = given.into_iter().map(|(option, value)| (option, format!("--{option}"), value));
    for (option, name, value) in from_environment.chain(from_line) {
        if option == "data-dir" {
            if value.is_empty() {
                return Err(format!("{name} must be more than an empty text"));
            }
            // A path need not be Unicode.
            config.data_dir = value.into();
            continue;
        }
        let value = value.into_string().map_err(|_| format!("{name} must be Unicode"))?;
        config.set(option, &value).map_err(|why| format!("{name} {why}"))?;
    }
    Ok(config)
}

fn command(own: Own, config: Config) -> Result<Command, String> {
    let Some((first, rest)) = own.words.split_first() else {
        if own.key.is_for_keys_alone() || own.key.project_id.is_some() || own.create_folder {
            return Err("--name, --project, --owner, --scope, --read-only, --administer and \
                        --create-folder are for keys create only; the server creates its folder \
                        itself"
                .to_owned());
        }
        own.refuse_change()?;
        return Ok(if own.print_config {
            Command::PrintConfig(config)
        } else {
            Command::Serve(config)
        });
    };
    let first = first.to_string_lossy();
    if first == "check-config" {
        own.refuse_change()?;
        if own.key.is_for_keys_alone()
            || own.key.project_id.is_some()
            || own.create_folder
            || own.print_config
            || !rest.is_empty()
        {
            return Err("check-config takes the options of the server and nothing else".to_owned());
        }
        return Ok(Command::CheckConfig(config));
    }
    if own.serves || own.print_config || (own.embeds && first != "import") {
        return Err("a command does not take options of the server".to_owned());
    }
    if first == "change-embedder" {
        return change_of_embedder(&own, rest.is_empty(), config);
    }
    own.refuse_change()?;
    let data_dir = config.data_dir;
    if first == "keys" {
        return keys(own, data_dir);
    }
    if own.key.is_for_keys_alone()
        || (own.key.project_id.is_some() && first != "export")
        || (own.create_folder && first != "import")
    {
        return Err(format!("{first} does not take some of these options"));
    }
    let action = match (&*first, rest) {
        ("backup", [to]) => folder::Action::Backup(to.into()),
        ("restore", [file]) => folder::Action::Restore(file.into()),
        ("check", []) => folder::Action::Check(None),
        ("check", [file]) => folder::Action::Check(Some(file.into())),
        ("export", []) => folder::Action::Export { project_id: own.key.project_id, to: None },
        ("export", [to]) => {
            folder::Action::Export { project_id: own.key.project_id, to: Some(to.into()) }
        }
        ("import", [] | [_]) => folder::Action::Import {
            file: rest.first().map(Into::into),
            create: own.create_folder,
            embedder: config.embedder.as_ref().and_then(components::built_in),
        },
        ("backup" | "restore", _) => return Err(format!("{first} takes one file")),
        ("check" | "export" | "import", _) => {
            return Err(format!("{first} takes at most one file"));
        }
        _ => return Err(format!("unexpected argument {first:?}")),
    };
    Ok(Command::Folder(folder::Options { data_dir, action }))
}

impl Own {
    fn refuse_change(&self) -> Result<(), String> {
        if self.to.is_some() || self.is_agreed || self.cancels {
            return Err("--to, --yes and --cancel are for change-embedder only".to_owned());
        }
        Ok(())
    }
}

fn change_of_embedder(own: &Own, is_alone: bool, config: Config) -> Result<Command, String> {
    let takes_key = own.key.is_for_keys_alone() || own.key.project_id.is_some();
    if !is_alone || takes_key || own.create_folder || (own.cancels && own.to.is_some()) {
        return Err("change-embedder takes --to with a name, or --cancel, and nothing else \
                    but --yes, --embedding-price, --data-dir and --config"
            .to_owned());
    }
    let to = match &own.to {
        Some(name) => Some(components::embedder(name).map_err(|why| format!("--to {why}"))?),
        None => config.embedder,
    };
    let action = match (to, own.cancels) {
        (_, true) => change_embedder::Action::Cancel,
        (Some(to), false) => change_embedder::Action::Change {
            to,
            price: config.embedding_price,
            is_agreed: own.is_agreed,
        },
        (None, false) => return Err("change-embedder needs --to with a name".to_owned()),
    };
    let data_dir = config.data_dir;
    Ok(Command::ChangeEmbedder(change_embedder::Options { data_dir, action }))
}

fn keys(own: Own, data_dir: PathBuf) -> Result<Command, String> {
    let only_for_create =
        own.key.is_for_keys_alone() || own.key.project_id.is_some() || own.create_folder;
    let words: Vec<_> = own.words.iter().skip(1).map(|word| word.to_string_lossy()).collect();
    let words: Vec<_> = words.iter().map(|word| &**word).collect();
    let action = match words.as_slice() {
        ["create"] => keys::Action::Create { key: own.key, create_folder: own.create_folder },
        ["list"] if !only_for_create => keys::Action::List,
        ["revoke", id] if !only_for_create => keys::Action::Revoke((*id).to_owned()),
        _ => {
            return Err(
                "keys must be followed by create, list, or revoke and the id of a key".to_owned()
            );
        }
    };
    Ok(Command::Keys(keys::Options { data_dir, action }))
}

/// Reads `user=alice`. The error does not repeat the id.
fn scope(text: &str) -> Result<EntityRef, String> {
    let refused = || "--scope must be user=ID, agent=ID, app=ID or run=ID".to_owned();
    let (kind, id) = text.split_once('=').ok_or_else(refused)?;
    match EntityType::from(kind) {
        EntityType::Other(_) => Err(refused()),
        kind => Ok(EntityRef::new(kind, id)),
    }
}

#[cfg(test)]
mod tests {
    use mem0_engine::BuiltIn;

    use super::*;

    fn parsed(arguments: &[&str], environment: &[(&str, &str)]) -> Result<Command, String> {
        let variable = |name: &str| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        parse(lexopt::Parser::from_args(arguments), &variable)
    }

    fn served(arguments: &[&str], environment: &[(&str, &str)]) -> Config {
        match parsed(arguments, environment) {
            Ok(Command::Serve(config)) => config,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_defaults_are_loopback_and_a_key_to_be_made() {
        let config = served(&[], &[]);
        assert_eq!(config.listen, "127.0.0.1:8888");
        assert_eq!(config.data_dir, PathBuf::from("mem0-data"));
        assert_eq!(config.api_key, None);
    }

    #[test]
    fn the_command_line_comes_before_the_environment_before_the_file() {
        let file = std::env::temp_dir().join(format!("mem0-arguments-{}.toml", std::process::id()));
        std::fs::write(&file, "listen = 'file:1'\nbody_limit = 1\nrate_limit = 1\n").unwrap();
        let name = file.to_str().unwrap();
        let environment = [
            ("MEM0_SERVER_CONFIG", name),
            ("MEM0_SERVER_BODY_LIMIT", "2"),
            ("MEM0_SERVER_RATE_LIMIT", "2"),
            ("MEM0_SERVER_API_KEY", "k2"),
        ];
        let config = served(&["--rate-limit=3", "--data-dir=/d"], &environment);
        assert_eq!((config.listen.as_str(), config.body_limit), ("file:1", 2));
        assert_eq!(config.rate_limit.unwrap().per_minute, 3);
        assert_eq!(config.data_dir, PathBuf::from("/d"));
        assert_eq!(config.api_key.as_deref(), Some("k2"));
        assert_eq!(served(&["--api-key", "k1"], &environment).api_key.as_deref(), Some("k1"));
        assert_eq!(served(&["--config", name], &[]).body_limit, 1);
        std::fs::write(&file, "\nbody_limits = 1").unwrap();
        let refused = parsed(&["--config", name], &[]).unwrap_err();
        let told = "line 2: body_limits is not a known option; did you mean body_limit?";
        assert!(refused.ends_with(told), "{refused}");
        let _ = std::fs::remove_file(&file);
        assert!(parsed(&["--config", name], &[]).unwrap_err().contains("cannot read"));
    }

    #[test]
    fn an_invalid_key_is_refused_and_not_repeated() {
        for key in ["", "two words", "schlüssel", "tab\t"] {
            let refused = parsed(&["--api-key", key], &[]).unwrap_err();
            assert!(key.is_empty() || !refused.contains(key), "{refused}");
            let refused = parsed(&[], &[("MEM0_SERVER_API_KEY", key)]).unwrap_err();
            assert!(refused.starts_with("MEM0_SERVER_API_KEY must be"), "{refused}");
        }
    }

    #[test]
    fn keys_are_made_listed_and_revoked() {
        let given = ["--data-dir", "/d", "keys", "create", "--scope", "user=a=b", "--read-only"];
        let asked = |words: &[&str]| match parsed(&[&["keys", "create"], words].concat(), &[]) {
            Ok(Command::Keys(keys::Options {
                action: keys::Action::Create { key, .. }, ..
            })) => key,
            other => panic!("{other:?}"),
        };
        let plain = asked(&[]);
        assert!(plain.owner.is_none() && !plain.administers && !plain.read_only);
        let key = asked(&["--project", "p", "--owner", "cook@example.com", "--administer"]);
        assert_eq!(key.project_id.as_deref(), Some("p"));
        assert_eq!(key.owner.as_deref(), Some("cook@example.com"));
        assert!(key.administers);
        match parsed(&given, &[]) {
            Ok(Command::Keys(keys::Options { data_dir, action })) => {
                assert_eq!(data_dir, PathBuf::from("/d"));
                let keys::Action::Create { key, create_folder: false } = action else {
                    panic!("{action:?}")
                };
                assert_eq!(key.scopes, [EntityRef::user("a=b")]);
                assert!(key.read_only);
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            parsed(&["keys", "revoke", "x", "--data-dir=/d"], &[]),
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
            &["keys", "list", "--administer"],
            &["keys", "list", "--create-folder"],
            &["keys", "revoke", "x", "--owner", "cook@example.com"],
        ] {
            assert!(parsed(refused, &[]).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn folders_are_looked_after() {
        let environment = [("MEM0_SERVER_DATA_DIR", "/d")];
        for (arguments, expected) in [
            (&["backup", "f"][..], folder::Action::Backup("f".into())),
            (&["restore", "f"], folder::Action::Restore("f".into())),
            (&["check"], folder::Action::Check(None)),
            (&["check", "f"], folder::Action::Check(Some("f".into()))),
            (&["export"], folder::Action::Export { project_id: None, to: None }),
            (
                &["export", "--project", "p", "f"],
                folder::Action::Export { project_id: Some("p".into()), to: Some("f".into()) },
            ),
            (&["import"], folder::Action::Import { file: None, create: false, embedder: None }),
            (
                &["import", "f", "--create-folder", "--embedder", "static"],
                folder::Action::Import {
                    file: Some("f".into()),
                    create: true,
                    embedder: Some(BuiltIn::Static),
                },
            ),
        ] {
            match parsed(arguments, &environment) {
                Ok(Command::Folder(folder::Options { data_dir, action })) => {
                    assert_eq!((data_dir, action), (PathBuf::from("/d"), expected));
                }
                other => panic!("{other:?}"),
            }
        }
        for refused in [
            &["backup"][..],
            &["backup", "a", "b"],
            &["restore"],
            &["check", "a", "b"],
            &["import", "--project", "p"],
            &["export", "--name", "x"],
            &["export", "--owner", "cook@example.com"],
            &["export", "--create-folder"],
            &["backup", "f", "--listen", "x"],
            &["restore", "f", "--embedder", "static"],
            &["check", "--print-config"],
        ] {
            assert!(parsed(refused, &[]).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn unknown_arguments_are_refused() {
        for arguments in [
            &["--port", "1"][..],
            &["serve"],
            &["--listen"],
            &["-x"],
            &["--name", "x"],
            &["--read-only"],
            &["--create-folder"],
            &["--administer"],
            &["--owner", "cook@example.com"],
        ] {
            assert!(parsed(arguments, &[]).is_err(), "{arguments:?}");
        }
        assert!(matches!(parsed(&["--help"], &[]), Ok(Command::Help)));
        assert!(matches!(parsed(&["-V"], &[]), Ok(Command::Version)));
        assert!(matches!(parsed(&["--print-config"], &[]), Ok(Command::PrintConfig(_))));
        let checked = parsed(&["check-config", "--listen", "x"], &[]);
        assert!(matches!(checked, Ok(Command::CheckConfig(config)) if config.listen == "x"));
        for refused in [&["check-config", "x"][..], &["check-config", "--print-config"]] {
            assert!(parsed(refused, &[]).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn the_help_names_every_option() {
        for option in OPTIONS {
            assert!(HELP.contains(&format!("  --{option} ")), "{option}");
        }
        assert!(HELP.lines().all(|line| line.len() <= 88));
    }
}
