//! The user that runs the servers: not root, which some of them refuse.

use crate::{Error, Result};
use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// The user that runs the servers: `nobody` if this process is root, or else its own user.
#[derive(Clone, Debug)]
pub struct User {
    /// The user's name.
    pub name: String,
    /// The name of the group.
    pub group: String,
    uid: u32,
    gid: u32,
    /// Whether the user differs from this process's.
    other: bool,
}

impl User {
    /// Returns the user on this machine.
    pub fn of_servers() -> Result<User> {
        let me = rustix::process::geteuid();
        let users = fs::read_to_string("/etc/passwd")?;
        let groups = fs::read_to_string("/etc/group")?;
        let user = users.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let (name, uid) = (*fields.first()?, fields.get(2)?.parse().ok()?);
            let found = match me.is_root() {
                true => name == "nobody",
                false => uid == me.as_raw(),
            };
            found.then_some((name.to_owned(), uid, fields.get(3)?.parse::<u32>().ok()?))
        });
        let (name, uid, gid) =
            user.ok_or_else(|| Error::Failed("nobody to run servers".to_owned()))?;
        let group = groups.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            (fields.get(2)?.parse() == Ok(gid)).then(|| fields[0].to_owned())
        });
        Ok(User {
            name,
            group: group.unwrap_or_else(|| gid.to_string()),
            uid,
            gid,
            other: me.is_root(),
        })
    }

    /// Gives a file or folder to the user.
    pub fn give(&self, path: &Path) -> Result<()> {
        if self.other {
            chown(path, Some(self.uid), Some(self.gid))?;
        }
        Ok(())
    }

    /// Makes a command run as the user.
    pub fn run(&self, command: &mut Command) {
        if self.other {
            command.uid(self.uid).gid(self.gid);
        }
    }
}
