use crate::find::python_with;
use crate::process::Launch;
use crate::{Result, Server};

/// pymodbus, as a device with registers and coils that can be written and read.
pub fn modbus() -> Result<Server> {
    let python = python_with("pymodbus.server")?;
    Server::start("pymodbus", 1, |place| {
        let script = place.write("device.py", SCRIPT)?;
        let mut launch = Launch::new(&python);
        launch.command.arg(script).arg(place.port(0));
        Ok(launch)
    })
}

const SCRIPT: &str = "
import sys
from pymodbus.server import StartTcpServer
from pymodbus.datastore import (
    ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
)

def block():
    return ModbusSequentialDataBlock(0, [0] * 100)

device = ModbusSlaveContext(di=block(), co=block(), hr=block(), ir=block())
StartTcpServer(
    context=ModbusServerContext(slaves=device, single=True),
    address=('127.0.0.1', int(sys.argv[1])),
)
";
