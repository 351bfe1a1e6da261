package io.distributedlock.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import io.distributedlock.LockOperations;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockActivity.Hold;
import io.distributedlock.engine.LockSettings;
import io.distributedlock.engine.LockTemplate;
import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;

import org.springframework.util.Assert;

/**
 * The locks of an application under test, in memory, with what a test wants to do to
 * them: let somebody else hold one, take one away, or let the store fail.
 * <p>
 * A Spring test gets this bean with {@link AutoConfigureTestLocks}, a test without Spring
 * gets it as a parameter from {@link TestLocksExtension}. Both begin each test with clean
 * locks, and fail a test that leaves a lock held.
 * <p>
 * All keys are whole keys: that of a lock with name {@code stock} and key {@code 7} is
 * {@code stock::7}. Safe for use by several threads, but not for several tests at a time.
 *
 * @since 1.0
 */
public final class TestLocks implements AutoCloseable {

	private static final String OTHER_APPLICATION = "another-application@another-host/1:test#";

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private static final Duration RELEASE_PATIENCE = Duration.ofSeconds(1);

	private final TestLockStore store;

	private final LockTemplate operations;

	private final Map<String, LeaseRequest> others = new ConcurrentHashMap<>();

	private final AtomicInteger count = new AtomicInteger();

	private volatile Set<Long> heldBefore = Set.of();

	private TestLocks(TestLockStore store, LockTemplate operations) {
		this.store = store;
		this.operations = operations;
	}

	/**
	 * Create locks for a test without Spring, to be closed after it.
	 * @return new locks with the default settings
	 */
	public static TestLocks create() {
		TestLockStore store = new TestLockStore();
		LockTemplate operations = new LockTemplate(store, LockSettings.defaults());
		operations.start();
		return new TestLocks(store, operations);
	}

	/**
	 * Create what a test does to the locks of an application context.
	 */
	static TestLocks of(TestLockStore store, LockTemplate operations) {
		return new TestLocks(store, operations);
	}

	/**
	 * Return the locks as the application uses them.
	 * @return the lock operations
	 */
	public LockOperations operations() {
		return this.operations;
	}

	/**
	 * Let another application hold a lock: whoever asks for it waits, and is refused when
	 * the wait time is over. When this ends, the lock goes to those who wait.
	 * @param key the whole key of the lock
	 * @return what ends it
	 * @throws IllegalStateException if the lock is held already
	 */
	public Simulation holdElsewhere(String key) {
		String owner = OTHER_APPLICATION + this.count.incrementAndGet();
		LeaseRequest request = new LeaseRequest(LockSpec.of(key).key(), owner, LockSpec.MAX_DURATION);
		AcquireReply reply = join(this.store.locks().acquire(request, false));
		Assert.state(reply instanceof AcquireReply.Granted,
				() -> "Lock '%s' is held already, so that nobody else can hold it".formatted(key));
		this.others.put(owner, request);
		return () -> letGo(owner);
	}

	private void letGo(String owner) {
		LeaseRequest request = this.others.remove(owner);
		if (request != null) {
			join(this.store.locks().release(request));
		}
	}

	/**
	 * Take a lock away from the application, as if its lease had ended because it could
	 * not be renewed. The lease of the holder is lost when this returns.
	 * @param key the whole key of the lock
	 * @throws IllegalStateException if the application does not hold the lock
	 */
	public void lose(String key) {
		String holder = state(key).holder();
		Assert.state(holder != null && !this.others.containsKey(holder),
				() -> "Lock '%s' is not held by the application, so that it cannot lose it".formatted(key));
		join(this.store.locks().forceRelease(key));
	}

	/**
	 * Let the store of the locks fail: nothing can be acquired, renewed or released, and
	 * a lease that is held is lost when its time to live is over.
	 * @return what ends it
	 */
	public Simulation outage() {
		this.store.setOutage(true);
		return () -> this.store.setOutage(false);
	}

	/**
	 * Return whether anybody holds a lock, the application or another.
	 * @param key the whole key of the lock
	 * @return whether it is held
	 */
	public boolean isHeld(String key) {
		return state(key).holder() != null;
	}

	/**
	 * Wait until somebody in the application waits for a lock, so that what the test does
	 * next happens meanwhile.
	 * @param key the whole key of the lock
	 * @throws AssertionError if nobody waits for it within five seconds
	 */
	public void awaitWaiter(String key) {
		boolean waits = await(PATIENCE,
				() -> this.operations.activity(Integer.MAX_VALUE)
					.waits()
					.stream()
					.anyMatch((wait) -> wait.key().equals(key)));
		if (!waits) {
			throw new AssertionError("Nobody waits for lock '%s'".formatted(key));
		}
	}

	/**
	 * Return normally only if the application has released all locks that it acquired
	 * since the test began. It has a second to do so.
	 * @throws AssertionError if it still holds one
	 */
	public void verifyNoneHeld() {
		if (!await(RELEASE_PATIENCE, () -> left().isEmpty())) {
			List<Hold> left = left();
			throw new AssertionError("The test leaves %d lock(s) held: %s. %s".formatted(left.size(),
					left.stream().map(TestLocks::describe).collect(Collectors.joining(", ")),
					"Release what is acquired whatever happens, and end what runs in the background before the test ends."));
		}
	}

	private List<Hold> left() {
		return holds().stream().filter((hold) -> !this.heldBefore.contains(hold.fencingToken())).toList();
	}

	private List<Hold> holds() {
		return this.operations.activity(Integer.MAX_VALUE).holds();
	}

	private static String describe(Hold hold) {
		return "'%s' (name '%s', %s, for %d ms)".formatted(hold.key(), hold.name(),
				(hold.thread() != null) ? "thread '" + hold.thread() + "'" : "no thread", hold.held().toMillis());
	}

	/**
	 * Begin a test: end what is simulated, and clear away what earlier ones have left in
	 * the store. What the application holds all the time is none of the test's business.
	 */
	void begin() {
		endSimulations();
		Set<String> held = holds().stream().map(Hold::key).collect(Collectors.toSet());
		for (LockState state : join(this.store.locks().scan(null, LockStore.MAX_PAGE_SIZE)).locks()) {
			if (!held.contains(state.key())) {
				join(this.store.locks().forceRelease(state.key()));
			}
		}
		this.heldBefore = holds().stream().map(Hold::fencingToken).collect(Collectors.toSet());
	}

	/**
	 * End a test: end what is simulated and see to it that the test leaves no lock held.
	 * @throws AssertionError if it does. The next test has none of that
	 */
	void end() {
		endSimulations();
		try {
			verifyNoneHeld();
		}
		catch (AssertionError ex) {
			// Only its thread can release a lock, but all are free after a restart
			this.operations.stop();
			this.operations.start();
			throw ex;
		}
	}

	private void endSimulations() {
		this.store.setOutage(false);
		this.others.keySet().forEach(this::letGo);
	}

	/**
	 * Release everything and give no more locks.
	 */
	@Override
	public void close() {
		endSimulations();
		this.operations.stop();
	}

	private LockState state(String key) {
		return join(this.store.locks().inspect(key));
	}

	private static <T> T join(CompletionStage<T> stage) {
		return stage.toCompletableFuture().join();
	}

	private static boolean await(Duration patience, BooleanSupplier condition) {
		long deadline = System.nanoTime() + patience.toNanos();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - deadline >= 0) {
				return false;
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
		}
		return true;
	}

}
