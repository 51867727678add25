//! Starts a server, waits until it is ready, and stops it.

use crate::user::User;
use crate::{Error, Result};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server may take to start, and to stop.
const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(10);
/// How often to check a condition that should hold soon.
const SOON: Duration = Duration::from_millis(20);
/// Another process may use a free port before the server does, though that is unlikely.
const TRIES: u32 = 5;

/// A running server. It stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    process: Process,
    place: Place,
}

/// A server's folder and ports.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
    ports: Vec<u16>,
    user: User,
}

/// How to detect that a server is ready.
#[derive(Clone, Copy, Debug)]
pub enum Ready {
    /// It accepts connections on its first port.
    Tcp,
    /// It replies to this datagram.
    Udp(&'static [u8]),
    /// It prints this, because it replies to no datagram.
    Says(&'static str),
}

/// How to run a server.
pub struct Launch {
    /// The command.
    pub command: Command,
    /// How to detect that it is ready.
    pub ready: Ready,
    /// The signal that stops it.
    pub stop: Signal,
}

impl Launch {
    /// Creates a launch of a server that stops on the default signal and accepts connections.
    pub fn new(program: impl AsRef<Path>) -> Launch {
        Launch {
            command: Command::new(program.as_ref()),
            ready: Ready::Tcp,
            stop: Signal::TERM,
        }
    }
}

impl Server {
    /// Starts a server with this many ports, as `prepare` sets up.
    pub(crate) fn start(
        name: &str,
        ports: usize,
        prepare: impl Fn(&Place) -> Result<Launch>,
    ) -> Result<Server> {
        let mut tries = 0;
        loop {
            tries += 1;
            let place = Place::new(ports)?;
            let launch = prepare(&place)?;
            match Process::start(&place, launch) {
                Ok(process) => return Ok(Server { process, place }),
                Err(Error::Failed(why)) if tries == TRIES => {
                    return Err(Error::Failed(format!("{name}: {why}")));
                }
                Err(Error::Failed(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Returns the address of its first port.
    pub fn addr(&self) -> SocketAddr {
        self.place.addr(0)
    }

    /// Returns the address of the port with this index, counted from 0.
    pub fn addr_of(&self, port: usize) -> SocketAddr {
        self.place.addr(port)
    }

    /// Returns the path of a file in its folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.place.file(name)
    }

    /// Returns its process id.
    pub fn pid(&self) -> u32 {
        self.process.child.id()
    }
}

impl Place {
    fn new(ports: usize) -> Result<Place> {
        // Some servers do not write into a folder that begins with a dot, as the default ones do.
        let folder = tempfile::Builder::new().prefix("server-").tempdir()?;
        let user = User::of_servers()?;
        user.give(folder.path())?;
        Ok(Place {
            folder,
            ports: free_ports(ports)?,
            user,
        })
    }

    /// Returns one of the ports, as text.
    pub fn port(&self, index: usize) -> String {
        self.ports[index].to_string()
    }

    /// Returns the address of one of the ports.
    pub fn addr(&self, index: usize) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ports[index]).into()
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the user that runs the server.
    pub fn user(&self) -> &User {
        &self.user
    }

    /// Returns a path in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Writes a file in the folder, which belongs to the server's user.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<PathBuf> {
        let path = self.file(name);
        fs::write(&path, content)?;
        self.user.give(&path)?;
        Ok(path)
    }

    /// Creates a folder in the folder.
    pub fn make_folder(&self, name: &str) -> Result<PathBuf> {
        let path = self.file(name);
        fs::create_dir(&path)?;
        self.user.give(&path)?;
        Ok(path)
    }

    /// Runs a preparing command, and fails if it fails.
    pub fn run(&self, command: &mut Command) -> Result<()> {
        self.user.run(command);
        let output = command.current_dir(self.folder()).output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(Error::Failed(format!("{command:?} failed: {said}")))
    }
}

/// A process that is stopped when it is dropped.
#[derive(Debug)]
struct Process {
    child: Child,
    stop: Signal,
}

impl Process {
    fn start(place: &Place, mut launch: Launch) -> Result<Process> {
        let log = fs::File::create(place.file("output.log"))?;
        place.user.run(&mut launch.command);
        let child = launch
            .command
            .current_dir(place.folder())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // A separate process group, with everything that it starts.
            .process_group(0)
            .spawn()?;
        let mut process = Process {
            child,
            stop: launch.stop,
        };
        let deadline = Instant::now() + START;
        loop {
            let up = answers(place, launch.ready)?;
            if let Some(status) = process.child.try_wait()? {
                return Err(failed(place, &format!("it ended with {status}")));
            }
            if up {
                return Ok(process);
            }
            if Instant::now() > deadline {
                return Err(failed(place, "it does not answer"));
            }
            sleep(SOON);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let Ok(pid) = i32::try_from(self.child.id()) else {
            return;
        };
        let Some(pid) = Pid::from_raw(pid) else {
            return;
        };
        // Not `kill_process_group` at once: a server stops its children in its own way. Until it has been waited for,
        // its process id is not reused.
        let _ = kill_process(pid, self.stop);
        let deadline = Instant::now() + STOP;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            sleep(SOON);
        }
        // Whatever is left of its group, if anything.
        let _ = kill_process_group(pid, Signal::KILL);
        let _ = self.child.wait();
    }
}

fn failed(place: &Place, what: &str) -> Error {
    Error::Failed(format!("{what}; it says:\n{}", said(place)))
}

/// Returns the end of its output.
fn said(place: &Place) -> String {
    let said = fs::read(place.file("output.log")).unwrap_or_default();
    String::from_utf8_lossy(&said[said.len().saturating_sub(4096)..]).into_owned()
}

fn answers(place: &Place, ready: Ready) -> Result<bool> {
    let addr = place.addr(0);
    match ready {
        Ready::Says(text) => Ok(said(place).contains(text)),
        Ready::Tcp => Ok(TcpStream::connect_timeout(&addr, START).is_ok()),
        Ready::Udp(probe) => {
            let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
            socket.connect(addr)?;
            socket.set_read_timeout(Some(Duration::from_millis(200)))?;
            // Either may fail because the server is not up yet.
            let heard = socket.send(probe).and_then(|_| socket.recv(&mut [0; 512]));
            Ok(heard.is_ok())
        }
    }
}

/// The range of ports to use: the system assigns none of these automatically.
const PORTS: std::ops::Range<u32> = 10_000..32_000;

/// Returns ports that are free for TCP and for UDP. A connection or another test is unlikely to take one before the
/// server does.
fn free_ports(count: usize) -> Result<Vec<u16>> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id().wrapping_mul(1_009);
    let mut held = Vec::new();
    for _ in PORTS {
        if held.len() == count {
            break;
        }
        let number = start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + number % (PORTS.end - PORTS.start);
        let addr = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port as u16);
        if let (Ok(tcp), Ok(udp)) = (TcpListener::bind(addr), UdpSocket::bind(addr)) {
            // Held until all are found.
            held.push((tcp, udp, addr.port()));
        }
    }
    if held.len() < count {
        return Err(Error::Failed("there are no free ports".to_owned()));
    }
    Ok(held.into_iter().map(|(_, _, port)| port).collect())
}
