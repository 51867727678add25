use crate::places::{Nobody, everywhere, nowhere};
use server_tests::guests::Host;
use server_tests::{servers, started};

pub fn snmp_walks_over_snmpd(host: Host) {
    let server = started(servers::snmpd());
    let config = host.config();
    everywhere("std_snmp", &config, server.addr(), |call, at| {
        let output = call(format!("{at} crab")).unwrap();
        let (name, count) = output.split_once(' ').unwrap();
        assert_eq!(name, "sideways");
        assert!(count.parse::<u32>().unwrap() > 6, "{output}");
    });
    nowhere("std_snmp", &config, Nobody::NameAndPort, |at| {
        format!("{at} crab")
    });
}
