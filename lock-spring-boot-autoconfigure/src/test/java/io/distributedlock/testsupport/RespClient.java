package io.distributedlock.testsupport;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * A minimal blocking Redis client over a plain socket, one connection. Not thread-safe.
 */
public final class RespClient implements AutoCloseable {

	private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

	private final Socket socket = new Socket();

	private final RespReader reader;

	public RespClient(RedisEndpoint endpoint) {
		this(endpoint, DEFAULT_TIMEOUT);
	}

	/**
	 * Connect.
	 * @param endpoint the server
	 * @param timeout the longest time to wait for the connection and for each reply
	 */
	public RespClient(RedisEndpoint endpoint, Duration timeout) {
		int millis = Math.toIntExact(timeout.toMillis());
		try {
			this.socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), millis);
			this.socket.setSoTimeout(millis);
			this.socket.setTcpNoDelay(true);
			this.reader = new RespReader(this.socket.getInputStream());
		}
		catch (IOException ex) {
			close();
			throw new UncheckedIOException("Cannot connect to " + endpoint.uri(), ex);
		}
	}

	/**
	 * Change the longest time to wait for each reply.
	 * @param timeout the timeout
	 */
	public void setTimeout(Duration timeout) {
		try {
			this.socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Send a command and read its reply.
	 * @param command the command and its arguments
	 * @return a String, a Long, a List of replies or {@code null}
	 * @throws RespException if the reply is an error
	 * @throws UncheckedIOException if the connection fails or no reply comes in time
	 */
	public @Nullable Object call(String... command) {
		send(command);
		return read();
	}

	/**
	 * Send a command and do not wait for a reply.
	 * @param command the command and its arguments
	 */
	public void send(String... command) {
		ByteArrayOutputStream request = new ByteArrayOutputStream();
		request.writeBytes(("*" + command.length + "\r\n").getBytes(StandardCharsets.UTF_8));
		for (String part : command) {
			byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
			request.writeBytes(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.UTF_8));
			request.writeBytes(bytes);
			request.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
		}
		try {
			this.socket.getOutputStream().write(request.toByteArray());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Read the next reply or published message.
	 * @return a String, a Long, a List of replies or {@code null}
	 */
	public @Nullable Object read() {
		try {
			Object value = this.reader.read().value();
			if (value instanceof RespException error) {
				throw error;
			}
			return value;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
