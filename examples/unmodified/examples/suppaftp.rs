//! FTP, with `suppaftp`: stores a file, lists the folder, fetches the file and removes it, in passive mode.
//!
//! Input, one item per line: `HOST:PORT`, the mode (`passive`, or `extended`, in which the server returns only a port),
//! and the content of the file. Output: the names in the folder, and the fetched content. The configuration values
//! `user` and `password` are the login.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, config, plugin_fn};
use suppaftp::types::FileType;
use suppaftp::{FtpStream, Mode};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let wrong = || Error::msg("the input is ADDRESS, MODE and TEXT, each on a line");
    let (address, rest) = input.split_once('\n').ok_or_else(wrong)?;
    let (mode, text) = rest.split_once('\n').ok_or_else(wrong)?;
    let wanted = |name| config::get(name)?.ok_or_else(|| Error::msg(format!("no `{name}`")));

    let mut ftp = FtpStream::connect(address)?;
    ftp.set_mode(match mode {
        "extended" => Mode::ExtendedPassive,
        _ => Mode::Passive,
    });
    ftp.login(wanted("user")?, wanted("password")?)?;
    // Without conversion of line breaks.
    ftp.transfer_type(FileType::Binary)?;
    ftp.put_file("note.txt", &mut text.as_bytes())?;
    let names = ftp.nlst(None)?.join(" ");
    let back = ftp.retr_as_buffer("note.txt")?.into_inner();
    ftp.rm("note.txt")?;
    ftp.quit()?;
    Ok(format!("{names}\n{}", String::from_utf8_lossy(&back)))
}
