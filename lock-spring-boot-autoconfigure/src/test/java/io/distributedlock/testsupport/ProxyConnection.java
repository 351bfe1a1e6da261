package io.distributedlock.testsupport;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import io.distributedlock.testsupport.FaultPlan.Mode;
import io.distributedlock.testsupport.FaultRule.Action;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection through a {@link FaultProxy}: passes requests and replies on,
 * message by message, as the {@link FaultPlan} says. Knows which reply belongs to which
 * request by their order.
 */
final class ProxyConnection {

	private static final int HISTORY = 1000;

	/**
	 * Commands which are answered like published messages are sent, not in order.
	 */
	private static final Pattern SUBSCRIPTION = Pattern.compile("(?is)[PS]?(UN)?SUBSCRIBE( .*)?");

	private final FaultPlan plan;

	private final Socket client;

	private final Socket server;

	private final Consumer<ProxyConnection> onClose;

	private final Queue<Pending> pending = new ConcurrentLinkedQueue<>();

	private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();

	private final Deque<String> history = new ArrayDeque<>();

	private final List<Thread> threads;

	private volatile boolean requestsLost;

	private volatile boolean repliesLost;

	private volatile boolean closed;

	ProxyConnection(String name, FaultPlan plan, Socket client, Socket server, Consumer<ProxyConnection> onClose) {
		this.plan = plan;
		this.client = client;
		this.server = server;
		this.onClose = onClose;
		this.threads = List.of(thread(name + "-requests", this::passRequests),
				thread(name + "-replies", this::readReplies), thread(name + "-writer", this::passReplies));
	}

	void start() {
		this.threads.forEach(Thread::start);
	}

	/**
	 * Return whether something was lost, so that the connection cannot heal.
	 */
	boolean isDamaged() {
		return this.requestsLost || this.repliesLost;
	}

	boolean hasSent(Predicate<String> request) {
		synchronized (this.history) {
			return this.history.stream().anyMatch(request);
		}
	}

	/**
	 * Discard what the server sends from now on.
	 */
	void silence() {
		this.repliesLost = true;
	}

	/**
	 * Close both sides at once, with RST.
	 */
	void reset() {
		resetOnClose(this.client);
		resetOnClose(this.server);
		close();
	}

	void close() {
		this.closed = true;
		close(this.client);
		close(this.server);
		this.replies.add(Reply.END);
		this.plan.signal();
		this.onClose.accept(this);
	}

	void join(long millis) throws InterruptedException {
		for (Thread thread : this.threads) {
			thread.join(millis);
		}
	}

	private Thread thread(String name, Transfer transfer) {
		Thread thread = new Thread(() -> run(transfer), name);
		thread.setDaemon(true);
		return thread;
	}

	private void run(Transfer transfer) {
		try {
			transfer.run();
		}
		catch (IOException ex) {
			// The other side has closed the connection
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void passRequests() throws IOException, InterruptedException {
		RespReader reader = new RespReader(this.client.getInputStream());
		OutputStream out = this.server.getOutputStream();
		try {
			while (true) {
				RespMessage request = reader.read();
				String text = request.text();
				remember(text);
				FaultRule rule = this.plan.match(text);
				this.plan.awaitThaw(this::isClosed);
				if (is(rule, Action.CUT_BEFORE_REQUEST)) {
					reset();
					return;
				}
				this.requestsLost |= is(rule, Action.DROP_REQUEST) || this.plan.is(Mode.DROP_REQUESTS);
				if (!this.requestsLost) {
					if (!SUBSCRIPTION.matcher(text).matches()) {
						this.pending.add(new Pending(rule));
					}
					out.write(request.raw());
				}
			}
		}
		finally {
			this.plan.awaitThaw(this::isClosed);
			close();
		}
	}

	private void readReplies() throws IOException {
		RespReader reader = new RespReader(this.server.getInputStream());
		try {
			while (true) {
				RespMessage reply = reader.read();
				Pending request = reply.isPush() ? null : this.pending.poll();
				this.replies.add(new Reply(reply.raw(), (request != null) ? request.rule() : null, System.nanoTime()));
			}
		}
		finally {
			this.replies.add(Reply.END);
		}
	}

	private void passReplies() throws IOException, InterruptedException {
		OutputStream out = this.client.getOutputStream();
		try {
			for (Reply reply = this.replies.take(); reply != Reply.END; reply = this.replies.take()) {
				this.plan.awaitDue(reply.arrival(), reply.rule(), this::isClosed);
				if (is(reply.rule(), Action.CUT_BEFORE_REPLY)) {
					reset();
					return;
				}
				this.repliesLost |= is(reply.rule(), Action.DROP_REPLY) || this.plan.is(Mode.DROP_REPLIES);
				if (!this.repliesLost) {
					out.write(reply.raw());
				}
			}
		}
		finally {
			this.plan.awaitThaw(this::isClosed);
			close();
		}
	}

	private void remember(String request) {
		synchronized (this.history) {
			if (this.history.size() == HISTORY) {
				this.history.removeFirst();
			}
			this.history.addLast(request);
		}
	}

	private boolean isClosed() {
		return this.closed;
	}

	private static boolean is(@Nullable FaultRule rule, Action action) {
		return rule != null && rule.action() == action;
	}

	private static void resetOnClose(Socket socket) {
		try {
			socket.setSoLinger(true, 0);
		}
		catch (IOException ex) {
			// Closed already
		}
	}

	static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// Nothing more to do
		}
	}

	/**
	 * One direction of the traffic.
	 */
	@FunctionalInterface
	private interface Transfer {

		void run() throws IOException, InterruptedException;

	}

	/**
	 * A request whose reply has not come yet.
	 *
	 * @param rule the rule for the request
	 */
	private record Pending(@Nullable FaultRule rule) {

	}

	/**
	 * A reply to be passed on.
	 *
	 * @param raw the bytes
	 * @param rule the rule for the request
	 * @param arrival when it came
	 */
	private record Reply(byte[] raw, @Nullable FaultRule rule, long arrival) {

		static final Reply END = new Reply(new byte[0], null, 0);

	}

}
