//! The published examples of this library, verbatim: each of them compiles unchanged in a function that returns
//! `io::Result<()>`.

use std::io;

pub fn tcp() -> io::Result<()> {
    use harness_wasi_sockets::TcpStream;
    use std::io::{Read, Write};

    // Connect to a remote host
    let mut stream = TcpStream::connect("127.0.0.1:6000")?;

    // Write data
    stream.write_all(b"Hello, world!")?;

    // Read data
    let mut buf = [0u8; 1024];
    let n = stream.read(&mut buf)?;
    println!("Received {} bytes", n);

    // Connection is automatically closed when stream goes out of scope
    Ok(())
}

pub fn udp() -> io::Result<()> {
    use harness_wasi_sockets::UdpSocket;

    // Connect to a remote host
    let socket = UdpSocket::connect("127.0.0.1:6000")?;

    // Send a datagram
    socket.send(b"Hello, UDP!")?;

    // Receive a datagram
    let mut buf = [0u8; 1024];
    let (n, addr) = socket.recv_from(&mut buf)?;
    println!("Received {} bytes from {}", n, addr);
    Ok(())
}

pub fn icmp() -> io::Result<()> {
    use harness_wasi_sockets::IcmpSocket;

    // Create an ICMP socket
    let socket = IcmpSocket::new();

    // Send an ICMP echo request
    socket.send("8.8.8.8", b"Hello, ICMP!", 1)?;

    // Receive ICMP response
    let response = socket.recv(5000)?;
    println!(
        "Received from {}: type={}, code={}",
        response.source, response.icmp_type, response.code
    );
    if let Some(seq) = response.seq {
        println!("Sequence number: {}", seq);
    }
    Ok(())
}

pub fn read_line() -> io::Result<()> {
    use harness_wasi_sockets::TcpStream;
    use std::io::{BufRead, BufReader};

    let mut stream = TcpStream::connect("127.0.0.1:6000")?;
    let mut reader = BufReader::new(&mut stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;

    println!("{line:?}");
    Ok(())
}

pub fn migrated_tcp() -> io::Result<()> {
    let target_addr = "localhost:8080".to_string();
    let data = vec![1, 2, 3];

    use harness_wasi_sockets::TcpStream;
    use std::io::Write;

    // Automatic memory management
    let mut stream = TcpStream::connect(&target_addr)?;
    stream.write_all(&data)?;
    // Connection automatically closed on drop
    Ok(())
}

pub fn migrated_icmp() -> io::Result<()> {
    use harness_wasi_sockets::IcmpSocket;

    // Automatic memory management and JSON parsing
    let socket = IcmpSocket::new();
    socket.send("8.8.8.8", b"Hello", 1)?;
    let response = socket.recv(5000)?;
    // Response is automatically parsed into structured data
    let _ = response;
    Ok(())
}
