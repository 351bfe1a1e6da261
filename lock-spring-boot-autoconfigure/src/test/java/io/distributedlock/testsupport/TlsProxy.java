package io.distributedlock.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

import org.springframework.util.FileSystemUtils;

/**
 * Accepts TLS connections for a Redis server that knows no TLS. Its key is made for the
 * occasion, and it demands that clients prove to have the same key.
 */
public final class TlsProxy implements RedisEndpoint, AutoCloseable {

	/**
	 * The password of the {@link #keyStore()}.
	 */
	public static final String PASSWORD = "changeit";

	private static final int BACKLOG = 50;

	private final RedisEndpoint target;

	private final Path directory;

	private final SSLServerSocket listener;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	/**
	 * Make a key, listen on a free port and pass everything on.
	 * @param target the server
	 */
	public TlsProxy(RedisEndpoint target) {
		this.target = target;
		try {
			this.directory = Files.createTempDirectory("tls-proxy-");
			createKey();
			this.listener = (SSLServerSocket) context().getServerSocketFactory()
				.createServerSocket(FreePorts.next(), BACKLOG, InetAddress.getByName(LOOPBACK));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
		this.listener.setNeedClientAuth(true);
		start(this::accept);
	}

	@Override
	public String host() {
		return LOOPBACK;
	}

	@Override
	public int port() {
		return this.listener.getLocalPort();
	}

	/**
	 * Return the file with the key and its certificate, for clients to use and to trust.
	 * @return a PKCS 12 file
	 */
	public Path keyStore() {
		return this.directory.resolve("key.p12");
	}

	private void createKey() throws IOException {
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-keyalg", "EC", "-dname", "CN=redis", "-ext", "san=ip:" + LOOPBACK, "-validity", "2",
				"-alias", "redis", "-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore", keyStore().toString())
			.redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("keytool.log").toFile())
			.start();
		try {
			if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
				throw new IllegalStateException(Files.readString(this.directory.resolve("keytool.log")));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			keytool.destroyForcibly();
		}
	}

	private SSLContext context() throws GeneralSecurityException, IOException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream content = Files.newInputStream(keyStore())) {
			store.load(content, PASSWORD.toCharArray());
		}
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(store, PASSWORD.toCharArray());
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(store);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
		return context;
	}

	private void accept() {
		while (!this.listener.isClosed()) {
			try {
				SSLSocket client = (SSLSocket) this.listener.accept();
				this.sockets.add(client);
				start(() -> connect(client));
			}
			catch (IOException ex) {
				// Closed
			}
		}
	}

	private void connect(SSLSocket client) {
		try (client) {
			client.startHandshake();
			try (Socket server = new Socket(this.target.host(), this.target.port())) {
				this.sockets.add(server);
				start(() -> pump(server, client));
				pump(client, server);
			}
		}
		catch (IOException ex) {
			// One side has gone, and so does the other
		}
	}

	private void pump(Socket from, Socket to) {
		try (from; to) {
			OutputStream output = to.getOutputStream();
			from.getInputStream().transferTo(output);
		}
		catch (IOException ex) {
			// One side has gone, and so does the other
		}
		finally {
			this.sockets.remove(from);
		}
	}

	private static void start(Runnable task) {
		Thread thread = new Thread(task, "tls-proxy");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() {
		try {
			this.listener.close();
			for (Socket socket : this.sockets) {
				socket.close();
			}
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
