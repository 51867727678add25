use super::{PASSWORD, USER};
use crate::find::python_with;
use crate::process::Launch;
use crate::{Result, Server};

/// pyftpdlib, an FTP server, which lets [`USER`] in with [`PASSWORD`] to an empty folder.
pub fn ftp() -> Result<Server> {
    let python = python_with("pyftpdlib")?;
    Server::start("pyftpdlib", 1, |place| {
        let folder = place.make_folder("files")?;
        let mut launch = Launch::new(&python);
        launch
            .command
            .args(["-m", "pyftpdlib", "--write"])
            .args(["--interface", "127.0.0.1", "--port", &place.port(0)])
            .args(["--username", USER, "--password", PASSWORD])
            .arg("--directory")
            .arg(folder);
        Ok(launch)
    })
}
