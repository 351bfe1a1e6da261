package io.distributedlock.contract;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.distributedlock.store.AcquireReply;
import io.distributedlock.store.AcquireReply.Busy;
import io.distributedlock.store.AcquireReply.Granted;
import io.distributedlock.store.LeaseRequest;
import io.distributedlock.store.LockPage;
import io.distributedlock.store.LockState;
import io.distributedlock.store.LockStore;
import io.distributedlock.store.RenewReply;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The contract of {@link LockStore}. A store takes part by a subclass that creates it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class AbstractLockStoreContract {

	private static final Duration LONG = Duration.ofSeconds(30);

	private static final Duration SHORT = Duration.ofMillis(150);

	/**
	 * Long enough for another owner to be queued, for which the store may have to
	 * connect.
	 */
	private static final Duration TIME_TO_QUEUE = Duration.ofMillis(700);

	private static final AtomicInteger keys = new AtomicInteger();

	private static final String INSTANCE = "test@host/1:random";

	private RecordedGrants grants;

	private LockStore store;

	private String key;

	/**
	 * Create the store, not started.
	 */
	protected abstract LockStore createStore() throws Exception;

	@BeforeEach
	void startStore() throws Exception {
		this.grants = new RecordedGrants((owner) -> this.store.acquire(new LeaseRequest(this.key, owner, LONG), true));
		this.store = createStore();
		await(this.store.start(INSTANCE, this.grants));
		this.key = "key-" + keys.incrementAndGet();
	}

	@AfterEach
	void stopStore() {
		this.store.stop();
	}

	@Test
	void freeLockIsGranted() {
		assertThat(acquire("a", LONG)).isInstanceOf(Granted.class);
		assertThat(inspect().holder()).isEqualTo("a");
	}

	@Test
	void heldLockIsBusyAndNamesHolderAndRemainingTime() {
		acquire("a", LONG);
		assertThat(acquire("b", LONG)).isInstanceOfSatisfying(Busy.class, (busy) -> {
			assertThat(busy.holder()).isEqualTo("a");
			assertThat(busy.remaining()).isBetween(LONG.minusSeconds(5), LONG);
		});
		assertThat(inspect().holder()).isEqualTo("a");
	}

	@Test
	void heldLockSaysForHowLongItHasBeenHeldIfTheStoreKnows() {
		acquire("a", LONG);
		Awaitility.await().pollDelay(Duration.ofMillis(100)).until(() -> true);
		acquire("a", LONG);
		Busy busy = (Busy) acquire("b", LONG);
		if (knowsHoldTimes()) {
			assertThat(busy.heldFor()).isBetween(Duration.ofMillis(90), Duration.ofSeconds(5));
		}
		else {
			assertThat(busy.heldFor()).isNull();
		}
	}

	/**
	 * Whether the store can tell for how long a lock has been held.
	 */
	protected boolean knowsHoldTimes() {
		return true;
	}

	@Test
	void differentKeysDoNotExcludeEachOther() {
		assertThat(await(this.store.acquire(new LeaseRequest(this.key, "a", LONG), false))).isInstanceOf(Granted.class);
		assertThat(await(this.store.acquire(new LeaseRequest(this.key + "x", "b", LONG), false)))
			.isInstanceOf(Granted.class);
	}

	@Test
	void repeatedRequestOfTheHolderIsGrantedAgainWithTheSameTokenAndFullTime() {
		long token = granted(acquire("a", Duration.ofSeconds(5)));
		assertThat(granted(acquire("a", LONG))).isEqualTo(token);
		assertThat(inspect().remaining()).isGreaterThan(Duration.ofSeconds(10));
	}

	@Test
	void repeatedRequestOfTheHolderNeverShortensItsLease() {
		acquire("a", Duration.ofSeconds(5));
		renew("a", LONG);
		acquire("a", Duration.ofSeconds(5));
		assertThat(inspect().remaining()).isGreaterThan(Duration.ofSeconds(20));
	}

	@Test
	void ownerWhoseLeaseRanOutIsGrantedAnotherWithHigherTokens() {
		long token = granted(acquire("a", SHORT));
		awaitFree();
		assertThat(granted(acquire("a", LONG))).isGreaterThan(token);
		assertThat(inspect().holder()).isEqualTo("a");
	}

	@Test
	void releaseFreesTheLock() {
		acquire("a", LONG);
		assertThat(release("a")).isTrue();
		assertThat(inspect().holder()).isNull();
		assertThat(acquire("b", LONG)).isInstanceOf(Granted.class);
	}

	@Test
	void releaseByAnotherOwnerChangesNothing() {
		acquire("a", LONG);
		assertThat(release("b")).isFalse();
		assertThat(inspect().holder()).isEqualTo("a");
	}

	@Test
	void releaseOfAFreeLockIsHarmless() {
		assertThat(release("a")).isFalse();
		acquire("a", LONG);
		release("a");
		assertThat(release("a")).isFalse();
	}

	@Test
	void lateReleaseDoesNotTouchTheNextHolder() {
		acquire("a", SHORT);
		awaitFree();
		long token = granted(acquire("b", LONG));
		assertThat(release("a")).isFalse();
		assertThat(inspect()).satisfies((state) -> {
			assertThat(state.holder()).isEqualTo("b");
			assertThat(state.fencingToken()).isEqualTo(token + LockStore.TOKENS_PER_GRANT - 1);
		});
	}

	@Test
	void lockFreesItselfWhenItsTimeIsOver() {
		acquire("a", SHORT);
		Awaitility.await()
			.atMost(Duration.ofSeconds(2))
			.pollInterval(Duration.ofMillis(10))
			.untilAsserted(() -> assertThat(acquire("b", LONG)).isInstanceOf(Granted.class));
	}

	@Test
	void renewalProlongsTheLeaseOfItsOwner() {
		acquire("a", Duration.ofSeconds(2));
		assertThat(renew("a", LONG)).isTrue();
		assertThat(inspect().remaining()).isGreaterThan(Duration.ofSeconds(20));
	}

	@Test
	void renewalNeverShortensALease() {
		acquire("a", LONG);
		assertThat(renew("a", SHORT)).isTrue();
		assertThat(inspect().remaining()).isGreaterThan(Duration.ofSeconds(20));
	}

	@Test
	void renewalByAnotherOwnerChangesNothing() {
		acquire("a", Duration.ofSeconds(5));
		assertThat(renew("b", LONG)).isFalse();
		assertThat(inspect()).satisfies((state) -> {
			assertThat(state.holder()).isEqualTo("a");
			assertThat(state.remaining()).isLessThanOrEqualTo(Duration.ofSeconds(5));
		});
	}

	@Test
	void renewalDoesNotResurrectAnEndedLease() {
		acquire("a", SHORT);
		awaitFree();
		assertThat(renew("a", LONG)).isFalse();
		assertThat(inspect().holder()).isNull();
	}

	@Test
	void renewalOfManyAnswersEachInOrder() {
		List<LeaseRequest> requests = new ArrayList<>();
		List<RenewReply> expected = new ArrayList<>();
		for (int i = 0; i < 50; i++) {
			boolean held = i % 3 != 1;
			String each = this.key + "-" + i;
			await(this.store.acquire(new LeaseRequest(each, held ? "a" : "b", Duration.ofSeconds(5)), false));
			requests.add(new LeaseRequest(each, "a", LONG));
			expected.add(held ? RenewReply.RENEWED : RenewReply.LOST);
		}
		assertThat(await(this.store.renew(requests))).isEqualTo(expected);
		for (int i = 0; i < 50; i++) {
			Duration remaining = await(this.store.inspect(this.key + "-" + i)).remaining();
			assertThat(remaining.toSeconds() > 10).as("lease %d is prolonged", i)
				.isEqualTo(expected.get(i) == RenewReply.RENEWED);
		}
	}

	@Test
	void fencingTokensRiseWithEachGrant() {
		long last = 0;
		for (int i = 0; i < 100; i++) {
			long token = granted(acquire("owner-" + i, LONG));
			assertThat(token).isGreaterThan(last);
			last = token;
			release("owner-" + i);
		}
	}

	@Test
	void fencingTokenRisesAfterAHolderRanOut() {
		long first = granted(acquire("a", SHORT));
		awaitFree();
		assertThat(granted(acquire("b", LONG))).isGreaterThan(first);
	}

	@Test
	void inspectionOfAFreeLockSaysSo() {
		assertThat(inspect()).isEqualTo(new LockState(this.key, null, Duration.ZERO, 0));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{", "}", "{}", "a{b}c", "}{", " ", "a b", "tab\there", "line\nbreak", "%7B", "100%",
			"ключ", "鍵", "🔒", "a:b::c", "'quoted'", "\"", "\\", "*?[]", "\u0000", "a\u00A0b", "\uD83D", "\uDD12" })
	void anyKeyCanBeLocked(String strange) {
		LeaseRequest request = new LeaseRequest(this.key + strange, "a", LONG);
		assertThat(await(this.store.acquire(request, false))).isInstanceOf(Granted.class);
		assertThat(await(this.store.acquire(new LeaseRequest(request.key(), "b", LONG), false)))
			.isInstanceOf(Busy.class);
		assertThat(await(this.store.inspect(request.key())).holder()).isEqualTo("a");
		assertThat(await(this.store.renew(List.of(new LeaseRequest(request.key(), "a", LONG)))))
			.containsExactly(RenewReply.RENEWED);
		assertThat(await(this.store.release(request))).isTrue();
	}

	@Test
	void keysThatLookAlikeAreDifferentLocks() {
		String huge = "x".repeat(20_000);
		Set<String> alike = new HashSet<>(
				List.of("{", "}", "%7B", "%7D", "%", "%25", " ", "%20", "\t", "\u00A0", "?", "\uD83D", "\uDD12",
						"\uFFFD", "%uD83D", "a", "A", "é", "e\u0301", huge, huge + "y", huge + "z", "y" + huge));
		alike.forEach(
				(each) -> assertThat(await(this.store.acquire(new LeaseRequest(this.key + each, each, LONG), false)))
					.as("key '%s'", each.substring(0, 1))
					.isInstanceOf(Granted.class));
	}

	@Test
	void ofManyOwnersAtOnceExactlyOneIsGranted() {
		for (int round = 0; round < 20; round++) {
			String contended = this.key + "-" + round;
			List<CompletionStage<AcquireReply>> replies = IntStream.range(0, 50)
				.mapToObj((i) -> this.store.acquire(new LeaseRequest(contended, "owner-" + i, LONG), false))
				.toList();
			assertThat(replies.stream().map(AbstractLockStoreContract::await).filter(Granted.class::isInstance))
				.hasSize(1);
		}
	}

	@Test
	void operationsOnOneKeyTakeEffectInTheOrderOfTheirCalls() {
		// The first ones may take a detour: the server does not know the scripts yet
		acquire("first", LONG);
		release("first");
		for (int i = 0; i < 200; i++) {
			CompletionStage<AcquireReply> first = this.store.acquire(new LeaseRequest(this.key, "a" + i, LONG), false);
			CompletionStage<Boolean> release = this.store.release(new LeaseRequest(this.key, "a" + i, LONG));
			CompletionStage<AcquireReply> second = this.store.acquire(new LeaseRequest(this.key, "b" + i, LONG), false);
			CompletionStage<Boolean> secondRelease = this.store.release(new LeaseRequest(this.key, "b" + i, LONG));
			assertThat(await(first)).isInstanceOf(Granted.class);
			assertThat(await(release)).isTrue();
			assertThat(await(second)).isInstanceOf(Granted.class);
			assertThat(await(secondRelease)).isTrue();
		}
	}

	@Test
	void releaseHandsTheLockOverToTheOwnerThatIsQueued() {
		acquire("a", LONG);
		Busy busy = enqueue("b");
		assertThat(release("a")).isTrue();
		long token = this.grants.await(owner("b"));
		assertThat(token).isGreaterThan(busy.latestToken());
		assertThat(inspect().holder()).isEqualTo(owner("b"));
		assertThat(inspect().remaining()).isBetween(LONG.minusSeconds(5), LONG);
		assertThat(granted(await(this.store.acquire(queued("b"), true)))).isEqualTo(token);
	}

	@Test
	void releaseFreesTheLockIfTheOtherOwnerDoesNotWait() {
		acquire("a", LONG);
		enqueue("b");
		await(this.store.release(queued("b")));
		acquire("c", LONG);
		release("a");
		assertThat(inspect().holder()).isNull();
		assertThat(this.grants.owners()).noneMatch(this::isOfThisTest);
	}

	@Test
	void waitersGetTheLockInTheOrderOfTheirArrivalWhoeverAsksAgain() {
		acquire("a", LONG);
		List<String> arrivals = List.of("b", "c", "d", "e");
		arrivals.forEach(this::enqueue);
		await(this.store.recheck(List.of(queued("e"), queued("b"), queued("d"))));
		release("a");
		long last = 0;
		for (String arrival : arrivals) {
			long token = this.grants.await(owner(arrival));
			assertThat(inspect().holder()).isEqualTo(owner(arrival));
			assertThat(token).isGreaterThanOrEqualTo(last + LockStore.TOKENS_PER_GRANT);
			last = token;
			assertThat(await(this.store.release(queued(arrival)))).isTrue();
		}
		assertThat(inspect().holder()).isNull();
	}

	@Test
	void newcomerDoesNotOvertakeAWaiterWhenALeaseHasRunOut() {
		acquire("a", TIME_TO_QUEUE);
		enqueue("b");
		awaitFree();
		assertThat(acquire("c", LONG)).isInstanceOfSatisfying(Busy.class,
				(busy) -> assertThat(busy.holder()).isEqualTo(owner("b")));
		assertThat(this.grants.await(owner("b"))).isPositive();
	}

	@Test
	void firstWaiterThatAsksIsGrantedALockThatHasRunOut() {
		acquire("a", TIME_TO_QUEUE);
		enqueue("b");
		enqueue("c");
		awaitFree();
		assertThat(await(this.store.acquire(queued("b"), true))).isInstanceOf(Granted.class);
		assertThat(this.grants.owners()).noneMatch(this::isOfThisTest);
	}

	@Test
	void waiterOfAnInstanceThatIsGoneIsPassedOver() {
		acquire("a", LONG);
		enqueue("b");
		await(this.store.release(queued("b")));
		await(this.store.acquire(new LeaseRequest(this.key, "gone@host/2:random#1", LONG), true));
		enqueue("c");
		release("a");
		assertThat(this.grants.await(owner("c"))).isPositive();
		assertThat(inspect().holder()).isEqualTo(owner("c"));
	}

	@Test
	void lockIsFreeWhenOnlyInstancesThatAreGoneWait() {
		acquire("a", LONG);
		enqueue("b");
		await(this.store.release(queued("b")));
		await(this.store.acquire(new LeaseRequest(this.key, "gone@host/2:random#1", LONG), true));
		release("a");
		assertThat(inspect().holder()).isNull();
		assertThat(acquire("d", LONG)).isInstanceOf(Granted.class);
	}

	@Test
	void ownerThatDoesNotWantToWaitIsNotQueued() {
		acquire("a", LONG);
		enqueue("b");
		await(this.store.release(queued("b")));
		assertThat(await(this.store.acquire(queued("c"), false))).isInstanceOfSatisfying(Busy.class,
				(busy) -> assertThat(busy.queued()).isFalse());
		release("a");
		assertThat(inspect().holder()).isNull();
		assertThat(this.grants.owners()).noneMatch(this::isOfThisTest);
	}

	@Test
	void manyQuestionsAtOnceAreAnsweredInOrder() {
		List<LeaseRequest> requests = IntStream.range(0, 60)
			.mapToObj((i) -> new LeaseRequest(this.key + i, owner("b" + i), LONG))
			.toList();
		for (int i = 0; i < requests.size(); i += 3) {
			await(this.store.acquire(new LeaseRequest(this.key + i, owner("a" + i), LONG), false));
		}
		List<AcquireReply> replies = await(this.store.recheck(requests));
		assertThat(replies).hasSize(60);
		for (int i = 0; i < replies.size(); i++) {
			String holder = owner("a" + i);
			if (i % 3 != 0) {
				assertThat(replies.get(i)).as("lock %d", i).isInstanceOf(Granted.class);
			}
			else {
				assertThat(replies.get(i)).isInstanceOfSatisfying(Busy.class,
						(busy) -> assertThat(busy.holder()).isEqualTo(holder));
			}
		}
	}

	@Test
	void inspectionTellsWhoWaitsAndForHowLongTheLockIsHeld() {
		long start = System.nanoTime();
		await(this.store.acquire(queued("a"), true));
		enqueue("b");
		enqueue("c");
		LockState state = inspect();
		assertThat(state.waiters()).containsExactly(owner("b"), owner("c"));
		assertThat(state.waiting()).isEqualTo(2);
		assertThat(state.heldFor()).isBetween(Duration.ZERO,
				Duration.ofNanos(System.nanoTime() - start).plusMillis(500));
	}

	@Test
	void inspectionNamesTheFirstOfManyWaitersAndTheirNumber() {
		await(this.store.acquire(queued("a"), true));
		enqueue("b");
		for (int i = 0; i < 120; i++) {
			await(this.store.acquire(queued("w" + i), true));
		}
		LockState state = inspect();
		assertThat(state.waiting()).isEqualTo(121);
		assertThat(state.waiters()).hasSize(LockStore.MAX_WAITERS).startsWith(owner("b"), owner("w0"));
	}

	@Test
	void renewalDoesNotChangeForHowLongTheLockIsHeld() {
		await(this.store.acquire(queued("a"), true));
		LockState state = inspect();
		assertThat(renew(owner("a"), LONG)).isTrue();
		assertThat(inspect().heldFor()).isGreaterThanOrEqualTo(state.heldFor());
		assertThat(inspect().fencingToken()).isEqualTo(state.fencingToken());
	}

	@Test
	void allLocksThatAreHeldAreFoundPageByPage() {
		Set<String> expected = new TreeSet<>();
		for (int i = 0; i < 300; i++) {
			LeaseRequest request = new LeaseRequest(this.key + "-" + i, owner("a"), LONG);
			await(this.store.acquire(request, false));
			if (i % 3 == 0) {
				await(this.store.release(request));
			}
			else {
				expected.add(request.key());
			}
		}
		List<LockPage> pages = pages(20);
		assertThat(pages).hasSizeGreaterThan(1).allSatisfy((page) -> assertThat(page.locks()).hasSizeLessThan(200));
		List<LockState> found = pages.stream()
			.flatMap((page) -> page.locks().stream())
			.filter((state) -> state.key().startsWith(this.key + "-"))
			.toList();
		assertThat(found).extracting(LockState::key).containsAll(expected);
		assertThat(expected).containsAll(found.stream().map(LockState::key).toList());
		assertThat(found).allSatisfy((state) -> {
			assertThat(state.holder()).isEqualTo(owner("a"));
			assertThat(state.remaining()).isPositive();
		});
	}

	@Test
	void locksAreFoundByTheKeyAsItWasWritten() {
		List<String> strange = List.of("{", "}", "a{b}c", " ", "\t", "%", "%7B", "%uD83D", "\u00A0", "ключ", "鍵", "🔒",
				"*?[]\\", "\uD83D", "/", "a/b?c=d&e#f");
		strange
			.forEach((each) -> await(this.store.acquire(new LeaseRequest(this.key + each, owner("a"), LONG), false)));
		assertThat(pages(LockStore.MAX_PAGE_SIZE).stream().flatMap((page) -> page.locks().stream()))
			.extracting(LockState::key)
			.containsAll(strange.stream().map((each) -> this.key + each).toList());
	}

	@Test
	void forcedReleaseFreesTheLockAndItsHolderCannotGetItBack() {
		await(this.store.acquire(queued("a"), true));
		LockState before = await(this.store.forceRelease(this.key));
		assertThat(before.holder()).isEqualTo(owner("a"));
		assertThat(before.remaining()).isPositive();
		assertThat(before.heldFor()).isBetween(Duration.ZERO, Duration.ofSeconds(10));
		assertThat(inspect().holder()).isNull();
		assertThat(renew(owner("a"), LONG)).isFalse();
		assertThat(release(owner("a"))).isFalse();
		assertThat(inspect().holder()).isNull();
		long token = granted(acquire("b", LONG));
		assertThat(token).isGreaterThan(before.fencingToken());
		assertThat(renew(owner("a"), LONG)).isFalse();
		assertThat(inspect().holder()).isEqualTo("b");
	}

	@Test
	void forcedReleaseHandsTheLockOverToTheFirstWaiter() {
		await(this.store.acquire(queued("a"), true));
		enqueue("b");
		enqueue("c");
		await(this.store.forceRelease(this.key));
		assertThat(this.grants.await(owner("b"))).isPositive();
		assertThat(inspect().holder()).isEqualTo(owner("b"));
		assertThat(renew(owner("a"), LONG)).isFalse();
	}

	@Test
	void holderThatListensIsToldOfAForcedRelease() {
		this.store.listen();
		Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(20)).until(() -> {
			await(this.store.acquire(queued("a"), false));
			await(this.store.forceRelease(this.key));
			return this.grants.revoked().contains(owner("a"));
		});
		assertThat(this.grants.revoked()).filteredOn(this::isOfThisTest).containsExactly(owner("a"));
	}

	@Test
	void forcedReleaseFreesTheLockOfAnotherProgram() {
		acquire("another program", LONG);
		assertThat(await(this.store.forceRelease(this.key)).holder()).isEqualTo("another program");
		assertThat(inspect().holder()).isNull();
	}

	@Test
	void forcedReleaseOfAFreeLockChangesNothing() {
		assertThat(await(this.store.forceRelease(this.key)).holder()).isNull();
		assertThat(acquire("a", LONG)).isInstanceOf(Granted.class);
	}

	@Test
	void storeWorksAgainAfterAStopAndAStart() {
		this.store.stop();
		await(this.store.start(INSTANCE, this.grants));
		assertThat(acquire("a", LONG)).isInstanceOf(Granted.class);
		assertThat(release("a")).isTrue();
	}

	private AcquireReply acquire(String owner, Duration ttl) {
		return await(this.store.acquire(new LeaseRequest(this.key, owner, ttl), false));
	}

	private boolean release(String owner) {
		return await(this.store.release(new LeaseRequest(this.key, owner, LONG)));
	}

	/**
	 * Ask until the owner is queued: a store may have to get ready for that first.
	 */
	private Busy enqueue(String name) {
		return Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.pollInterval(Duration.ofMillis(5))
			.until(() -> (Busy) await(this.store.acquire(queued(name), true)), Busy::queued);
	}

	private LeaseRequest queued(String name) {
		return new LeaseRequest(this.key, owner(name), LONG);
	}

	/**
	 * Return an owner token that no other test has: messages for others may still arrive.
	 */
	private String owner(String name) {
		return INSTANCE + "#" + this.key + "-" + name;
	}

	private boolean isOfThisTest(String owner) {
		return owner.startsWith(owner(""));
	}

	private boolean renew(String owner, Duration ttl) {
		return await(this.store.renew(List.of(new LeaseRequest(this.key, owner, ttl)))).get(0) == RenewReply.RENEWED;
	}

	private List<LockPage> pages(int size) {
		List<LockPage> pages = new ArrayList<>();
		String cursor = null;
		do {
			LockPage page = await(this.store.scan(cursor, size));
			pages.add(page);
			cursor = page.cursor();
			assertThat(pages).as("pages").hasSizeLessThan(1000);
		}
		while (cursor != null);
		return pages;
	}

	private LockState inspect() {
		return await(this.store.inspect(this.key));
	}

	private void awaitFree() {
		Awaitility.await()
			.atMost(Duration.ofSeconds(2))
			.pollInterval(Duration.ofMillis(10))
			.until(() -> inspect().holder() == null);
	}

	private static long granted(AcquireReply reply) {
		assertThat(reply).isInstanceOf(Granted.class);
		return ((Granted) reply).fencingToken();
	}

	private static <T> T await(CompletionStage<T> stage) {
		try {
			return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException | ExecutionException | TimeoutException ex) {
			throw new AssertionError(ex);
		}
	}

}
