use super::{PASSWORD, USER};
use crate::process::Launch;
use crate::{Result, Server, program};

/// Dovecot, which lets [`USER`] in with [`PASSWORD`]. The inbox is empty.
pub fn dovecot() -> Result<Server> {
    let program = program("dovecot")?;
    Server::start("dovecot", 1, |place| {
        place.write("users", format!("{USER}:{{PLAIN}}{PASSWORD}\n"))?;
        let config = CONFIG
            .replace("{folder}", &place.folder().to_string_lossy())
            .replace("{port}", &place.port(0))
            .replace("{user}", &place.user().name)
            .replace("{group}", &place.user().group);
        let config = place.write("dovecot.conf", config)?;
        let mut launch = Launch::new(&program);
        launch.command.arg("-F").arg("-c").arg(config);
        Ok(launch)
    })
}

/// As one user who is not root: no changes of root folder, no users of Dovecot's own.
const CONFIG: &str = "
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail
passdb {
  driver = passwd-file
  args = {folder}/users
}
userdb {
  driver = static
  args = uid={user} gid={group} home={folder}
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = {port}
  }
  inet_listener imaps {
    port = 0
  }
}
";
