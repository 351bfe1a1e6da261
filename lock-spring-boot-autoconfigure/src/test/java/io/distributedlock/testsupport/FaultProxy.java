package io.distributedlock.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import io.distributedlock.testsupport.FaultPlan.Mode;
import io.distributedlock.testsupport.FaultRule.Action;

/**
 * A TCP proxy in front of a Redis server which causes network faults on demand.
 * <p>
 * One mode at a time concerns all traffic; rules concern the requests a predicate
 * matches, and the first rule that matches decides. A predicate sees one request the way
 * one would type it, for example {@code SET key value NX PX 1000}. Anything that is lost
 * takes the rest of its connection's stream in that direction with it, since TCP delivers
 * nothing after a gap: a client would take later replies for those of earlier requests.
 * {@link #pass()} ends all faults and resets the connections that lost something.
 */
public final class FaultProxy implements RedisEndpoint, AutoCloseable {

	private static final int MAX_CONNECTIONS = 256;

	private static final int CONNECT_TIMEOUT_MILLIS = 2000;

	private static final int BACKLOG = 50;

	private static final long JOIN_MILLIS = 2000;

	private final RedisEndpoint target;

	private final int port = FreePorts.next();

	private final FaultPlan plan = new FaultPlan();

	private final Set<ProxyConnection> connections = ConcurrentHashMap.newKeySet();

	private final AtomicInteger accepted = new AtomicInteger();

	private ServerSocket listener;

	private Thread acceptor;

	/**
	 * Listen on a free port and pass everything on.
	 * @param target the server
	 */
	public FaultProxy(RedisEndpoint target) {
		this.target = target;
		this.listener = listen();
	}

	@Override
	public String host() {
		return LOOPBACK;
	}

	@Override
	public int port() {
		return this.port;
	}

	/**
	 * Return the number of open connections.
	 * @return the number of connections
	 */
	public int connections() {
		return this.connections.size();
	}

	/**
	 * Return the number of connections since the start, closed ones included.
	 * @return the number of connections
	 */
	public int acceptedConnections() {
		return this.accepted.get();
	}

	/**
	 * End all faults and rules: listen again, deliver what is delayed or frozen, and
	 * reset the connections that have lost something.
	 */
	public synchronized void pass() {
		this.connections.stream().filter(ProxyConnection::isDamaged).forEach(ProxyConnection::reset);
		this.plan.clear();
		if (this.listener.isClosed()) {
			this.listener = listen();
		}
	}

	/**
	 * Deliver all replies later, in order.
	 * @param delay how much later
	 */
	public void delayReplies(Duration delay) {
		this.plan.set(Mode.DELAY_REPLIES, delay);
	}

	/**
	 * Let requests reach the server and discard what it sends.
	 */
	public void dropReplies() {
		this.plan.set(Mode.DROP_REPLIES, Duration.ZERO);
	}

	/**
	 * Discard requests.
	 */
	public void dropRequests() {
		this.plan.set(Mode.DROP_REQUESTS, Duration.ZERO);
	}

	/**
	 * Hold everything back in both directions and keep the connections open, as a
	 * partition does. New connections are accepted. When it ends all is delivered, also
	 * requests whose client has given up by then.
	 */
	public void freeze() {
		this.plan.set(Mode.FREEZE, Duration.ZERO);
	}

	/**
	 * Close all connections with RST. New ones are accepted.
	 */
	public void reset() {
		this.connections.forEach(ProxyConnection::reset);
	}

	/**
	 * Close with RST the connections that have sent a matching request, once.
	 * @param request tells the request, for example one that starts with
	 * {@code SUBSCRIBE}
	 */
	public void reset(Predicate<String> request) {
		this.connections.stream().filter((connection) -> connection.hasSent(request)).forEach(ProxyConnection::reset);
	}

	/**
	 * Discard what the server sends from now on over the open connections that have sent
	 * a matching request, published messages included.
	 * @param request tells the request, for example one that starts with
	 * {@code SUBSCRIBE}
	 */
	public void silence(Predicate<String> request) {
		this.connections.stream().filter((connection) -> connection.hasSent(request)).forEach(ProxyConnection::silence);
	}

	/**
	 * Stop listening until {@link #pass()}: new connections are refused, open ones go on.
	 */
	public synchronized void refuse() {
		try {
			this.listener.close();
			// The socket listens on for as long as a thread waits for connections
			this.acceptor.join(JOIN_MILLIS);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Discard matching requests, and what follows on their connections.
	 * @param request tells which requests
	 */
	public void dropRequestWhen(Predicate<String> request) {
		this.plan.add(new FaultRule(Action.DROP_REQUEST, request));
	}

	/**
	 * Let matching requests reach the server and discard their replies, and the replies
	 * that follow on their connections.
	 * @param request tells which requests
	 */
	public void dropReplyWhen(Predicate<String> request) {
		this.plan.add(new FaultRule(Action.DROP_REPLY, request));
	}

	/**
	 * Deliver the replies to matching requests later, and the replies that follow on
	 * their connections not before them.
	 * @param request tells which requests
	 * @param delay how much later
	 */
	public void delayReplyWhen(Predicate<String> request, Duration delay) {
		this.plan.add(new FaultRule(Action.DELAY_REPLY, request, delay));
	}

	/**
	 * Close the connection with RST instead of passing on a matching request.
	 * @param request tells which requests
	 */
	public void cutWhen(Predicate<String> request) {
		this.plan.add(new FaultRule(Action.CUT_BEFORE_REQUEST, request));
	}

	/**
	 * Close the connection with RST when the server has answered a matching request,
	 * instead of passing on the reply.
	 * @param request tells which requests
	 */
	public void cutReplyWhen(Predicate<String> request) {
		this.plan.add(new FaultRule(Action.CUT_BEFORE_REPLY, request));
	}

	/**
	 * Restrict a predicate to the n-th request it matches, counting from one.
	 * @param n which match
	 * @param request tells which requests
	 * @return a predicate which is true once
	 */
	public static Predicate<String> nth(int n, Predicate<String> request) {
		AtomicInteger matches = new AtomicInteger();
		return (text) -> request.test(text) && matches.incrementAndGet() == n;
	}

	@Override
	public void close() {
		refuse();
		List<ProxyConnection> open = List.copyOf(this.connections);
		reset();
		try {
			for (ProxyConnection connection : open) {
				connection.join(JOIN_MILLIS);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private ServerSocket listen() {
		try {
			ServerSocket socket = new ServerSocket(this.port, BACKLOG, InetAddress.getByName(LOOPBACK));
			Thread thread = new Thread(() -> accept(socket), "fault-proxy-" + this.port + "-accept");
			thread.setDaemon(true);
			thread.start();
			this.acceptor = thread;
			return socket;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void accept(ServerSocket socket) {
		while (!socket.isClosed()) {
			try {
				connect(socket.accept());
			}
			catch (IOException ex) {
				// Stopped listening, or the server cannot be reached
			}
		}
	}

	private void connect(Socket client) throws IOException {
		Socket server = new Socket();
		try {
			if (this.connections.size() >= MAX_CONNECTIONS) {
				throw new IOException("Too many connections");
			}
			server.connect(new InetSocketAddress(this.target.host(), this.target.port()), CONNECT_TIMEOUT_MILLIS);
			server.setTcpNoDelay(true);
			client.setTcpNoDelay(true);
			String name = "fault-proxy-%d-%d".formatted(this.port, this.accepted.incrementAndGet());
			ProxyConnection connection = new ProxyConnection(name, this.plan, client, server, this.connections::remove);
			this.connections.add(connection);
			connection.start();
		}
		catch (IOException ex) {
			client.setSoLinger(true, 0);
			client.close();
			server.close();
			throw ex;
		}
	}

}
