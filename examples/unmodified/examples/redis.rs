//! Redis, with `redis`: sends commands one after the other, and then all at once.
//!
//! Input: `HOST:PORT`, then one command per line, its words separated by spaces. Output: one reply per line, twice.
//! With the configuration value `password` it logs in first.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, config, plugin_fn};
use redis::{Cmd, Value};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let mut lines = input.lines();
    let address = lines.next().ok_or(Error::msg("the input is empty"))?;
    let login = match config::get("password")? {
        Some(password) => format!(":{password}@"),
        None => String::new(),
    };
    let mut redis = redis::Client::open(format!("redis://{login}{address}"))?.get_connection()?;

    let commands: Vec<Cmd> = lines.map(command).collect();
    let mut answers = String::new();
    let mut all = redis::pipe();
    for command in &commands {
        let answer: Value = command.query(&mut redis)?;
        answers += &format!("{}\n", text(&answer));
        all.add_command(command.clone());
    }
    for answer in all.query::<Vec<Value>>(&mut redis)? {
        answers += &format!("{}\n", text(&answer));
    }
    Ok(answers)
}

fn command(line: &str) -> Cmd {
    let mut command = Cmd::new();
    for word in line.split(' ') {
        command.arg(word);
    }
    command
}

fn text(value: &Value) -> String {
    match value {
        Value::Okay => "OK".to_owned(),
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::SimpleString(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Array(values) => format!(
            "[{}]",
            values.iter().map(text).collect::<Vec<_>>().join(", ")
        ),
        Value::Nil => "nothing".to_owned(),
        other => format!("{other:?}"),
    }
}
