use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::{Long, Short, ValueExt};

pub(crate) const HELP: &str = "\
mem0-server: the Mem0 platform's API on your own machine

Usage: mem0-server [--listen ADDRESS] [--data-dir DIR] [--api-key KEY]

Options:
  --listen ADDRESS  Where to listen: host:port. Port 0 takes a free one.
                    Default 127.0.0.1:8888, which only this machine can reach.
  --data-dir DIR    The folder that keeps the memories; made if it does not exist.
                    Default mem0-data, in the current folder.
  --api-key KEY     The key that clients must send. Others on this machine can see
                    command lines, so prefer the variable below.
  -h, --help        Print this.
  -V, --version     Print the version.

Environment:
  MEM0_SERVER_API_KEY  The key, when there is no --api-key.

With neither, the first start makes a key and prints it once; the data folder keeps
only its hash, and later starts accept it again. A key that you give takes its place
for that run.

SIGTERM and SIGINT (Ctrl-C) finish the requests in flight and stop the server.
Point a client at it with its base URL: http://127.0.0.1:8888";

const API_KEY_VARIABLE: &str = "MEM0_SERVER_API_KEY";

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Command {
    Serve(Options),
    Help,
    Version,
}

pub(crate) struct Options {
    pub(crate) listen: String,
    pub(crate) data_dir: PathBuf,
    pub(crate) api_key: Option<String>,
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
    };
    let say = |error: lexopt::Error| error.to_string();
    while let Some(argument) = parser.next().map_err(say)? {
        match argument {
            Long("listen") => {
                options.listen = parser.value().and_then(ValueExt::string).map_err(say)?
            }
            Long("data-dir") => options.data_dir = parser.value().map_err(say)?.into(),
            Long("api-key") => options.api_key = Some(key_in(parser.value().map_err(say)?)?),
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            other => return Err(other.unexpected().to_string()),
        }
    }
    if options.api_key.is_none() {
        options.api_key = key.map(key_in).transpose()?;
    }
    Ok(Command::Serve(options))
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
    }

    #[test]
    fn the_command_line_comes_before_the_environment() {
        let given = ["--listen", "[::1]:0", "--data-dir=/d", "--api-key", "k1"];
        let from_line = options(&given, Some("k2"));
        assert_eq!(from_line.listen, "[::1]:0");
        assert_eq!(from_line.data_dir, PathBuf::from("/d"));
        assert_eq!(from_line.api_key.as_deref(), Some("k1"));
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
    fn unknown_arguments_are_refused() {
        for arguments in [&["--port", "1"][..], &["serve"], &["--listen"], &["-x"]] {
            assert!(parsed(arguments, None).is_err(), "{arguments:?}");
        }
        assert!(matches!(parsed(&["--help"], None), Ok(Command::Help)));
        assert!(matches!(parsed(&["-V"], None), Ok(Command::Version)));
    }
}
