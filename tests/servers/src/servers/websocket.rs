use crate::find::python_with;
use crate::process::Launch;
use crate::{Result, Server};

/// Python's `websockets`, as an echo server. A message that begins with `later` is echoed only after the client has
/// sent a ping.
pub fn websocket_echo() -> Result<Server> {
    let python = python_with("websockets")?;
    Server::start("websockets", 1, |place| {
        let script = place.write("echo.py", SCRIPT)?;
        let mut launch = Launch::new(&python);
        launch.command.arg(script).arg(place.port(0));
        Ok(launch)
    })
}

const SCRIPT: &str = "
import asyncio, sys, websockets

class Pinged(websockets.WebSocketServerProtocol):
    asked = False

    async def pong(self, data=b''):
        await super().pong(data)
        self.asked = True

async def echo(socket):
    async for message in socket:
        while message.startswith('later') and not socket.asked:
            await asyncio.sleep(0.01)
        await socket.send(message)

async def main():
    async with websockets.serve(
        echo, '127.0.0.1', int(sys.argv[1]), create_protocol=Pinged
    ):
        await asyncio.Future()

asyncio.run(main())
";
