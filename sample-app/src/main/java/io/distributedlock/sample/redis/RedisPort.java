package io.distributedlock.sample.redis;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A port on 127.0.0.1 where a Redis may listen. Talks to it in plain text, one short
 * connection per command, so that it can tell a Redis from any other service.
 *
 * @param number the number of the port
 */
record RedisPort(int number) {

	static final String HOST = "127.0.0.1";

	private static final byte[] ADDRESS = { 127, 0, 0, 1 };

	private static final int TIMEOUT_MILLIS = 2000;

	/**
	 * Return whether a Redis listens that can be used.
	 * @return true if it can be used, false if nobody listens
	 * @throws UnusableRedisException if somebody else listens, or a Redis that asks for a
	 * password
	 */
	boolean hasRedis() {
		String reply;
		try {
			reply = ask("PING", 1);
		}
		catch (ConnectException ex) {
			return false;
		}
		catch (IOException ex) {
			throw UnusableRedisException.foreignService(this, ex);
		}
		if (reply.startsWith("-NOAUTH")) {
			throw UnusableRedisException.passwordRequired(this);
		}
		if (!reply.startsWith("+PONG")) {
			throw UnusableRedisException.foreignService(this, null);
		}
		return true;
	}

	/**
	 * Return whether the Redis that listens runs in a directory.
	 */
	boolean isRedisIn(String directory) {
		try {
			// An array of two strings, each after a line with its length
			return ask("CONFIG GET dir", 5).equals(directory);
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * End the Redis that listens, and wait until it has ended.
	 */
	void shutDownRedis() throws IOException {
		try {
			throw new IOException("Redis refused to shut down: " + ask("SHUTDOWN NOSAVE", 1));
		}
		catch (EOFException ex) {
			// No reply but the end of the connection: the process has ended
		}
	}

	private String ask(String command, int replyLine) throws IOException {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getByAddress(ADDRESS), this.number), TIMEOUT_MILLIS);
			if (socket.getLocalPort() == this.number) {
				// Nobody listens, and this end got that very port: it is connected to
				// itself
				throw new ConnectException("Connected to itself");
			}
			socket.setSoTimeout(TIMEOUT_MILLIS);
			Writer writer = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8);
			writer.write(command + "\r\n");
			writer.flush();
			BufferedReader reader = new BufferedReader(
					new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
			String line = readLine(reader);
			for (int i = 1; i < replyLine; i++) {
				line = readLine(reader);
			}
			return line;
		}
	}

	private static String readLine(BufferedReader reader) throws IOException {
		String line = reader.readLine();
		if (line == null) {
			throw new EOFException("The connection was closed");
		}
		return line;
	}

	@Override
	public String toString() {
		return HOST + ":" + this.number;
	}

}
