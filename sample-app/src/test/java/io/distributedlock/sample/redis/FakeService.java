package io.distributedlock.sample.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A service on a free port of 127.0.0.1 that reads a line and gives the same reply to
 * whatever is asked.
 */
class FakeService implements AutoCloseable {

	private final ServerSocket server;

	private final String reply;

	private final Thread thread;

	FakeService(String reply) throws IOException {
		this.server = new ServerSocket(0, 50, InetAddress.getByName(RedisPort.HOST));
		this.reply = reply;
		this.thread = new Thread(this::serve, "fake-service");
		this.thread.setDaemon(true);
		this.thread.start();
	}

	RedisPort port() {
		return new RedisPort(this.server.getLocalPort());
	}

	private void serve() {
		while (!this.server.isClosed()) {
			try (Socket socket = this.server.accept()) {
				readLine(socket.getInputStream());
				socket.getOutputStream().write(this.reply.getBytes(StandardCharsets.UTF_8));
			}
			catch (IOException ex) {
				if (!this.server.isClosed()) {
					throw new UncheckedIOException(ex);
				}
			}
		}
	}

	private static void readLine(InputStream input) throws IOException {
		for (int next = input.read(); next != -1 && next != '\n';) {
			next = input.read();
		}
	}

	/**
	 * Close the port. It goes on listening until the thread has left it.
	 */
	@Override
	public void close() throws IOException {
		this.server.close();
		try {
			this.thread.join(5_000);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
