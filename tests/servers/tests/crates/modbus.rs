use crate::places::{Nobody, everywhere, nowhere};
use server_tests::guests::Host;
use server_tests::{servers, started};

pub fn modbus_writes_and_reads_registers_of_pymodbus(host: Host) {
    let server = started(servers::modbus());
    let config = host.config();
    everywhere("std_modbus", &config, server.addr(), |call, at| {
        let output = call(format!("{at} 3 65535 0 17")).unwrap();
        assert_eq!(output, "[3, 65535, 0, 17] [On]");
    });
    nowhere("std_modbus", &config, Nobody::NameAndPort, |at| {
        format!("{at} 1")
    });
}
