use crate::places::{Nobody, everywhere, nowhere};
use server_tests::guests::Host;
use server_tests::{servers, started};

pub fn beanstalkc_leaves_and_takes_jobs_at_beanstalkd(host: Host) {
    let server = started(servers::beanstalkd());
    let config = host.config();
    let long = "work ".repeat(10_000);
    everywhere("std_beanstalkc", &config, server.addr(), |call, at| {
        for job in ["a job", &long] {
            assert_eq!(call(format!("{at}\n{job}")).unwrap(), job);
        }
    });
    nowhere("std_beanstalkc", &config, Nobody::NameAndPort, |at| {
        format!("{at}\na job")
    });
}
