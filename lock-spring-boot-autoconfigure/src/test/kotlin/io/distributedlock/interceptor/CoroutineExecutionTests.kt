package io.distributedlock.interceptor

import io.distributedlock.DistributedLock
import io.distributedlock.InvalidLockDefinitionException
import io.distributedlock.LockLease
import io.distributedlock.LockNotAcquiredException
import io.distributedlock.LockStoreException
import io.distributedlock.OnContention
import io.distributedlock.OnStoreFailure
import io.distributedlock.testsupport.Oracle
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.awaitility.Awaitility.await
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import java.time.Duration
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.atomic.AtomicInteger

/** Suspending functions and flows, with a real engine. */
@Timeout(30)
class CoroutineExecutionTests {

	private val instances = TwoInstances()

	private val target = Orders(instances)

	private val orders: Orders = instances.proxy(target)

	private val work = CompletableDeferred<String>()

	init {
		target.self = orders
	}

	@AfterEach
	fun stop() = instances.stop()

	@Test
	fun lockIsHeldUntilTheFunctionReturns() = runBlocking<Unit> {
		val result = async(Dispatchers.Default) { orders.pay("1", work) }
		awaitRunning()
		instances.assertHeld("1")
		work.complete("paid")
		assertThat(result.await()).isEqualTo("paid")
		instances.assertFree("1")
	}

	@Test
	fun resultsOfAllKindsAreReturned() = runBlocking<Unit> {
		orders.unit("1")
		assertThat(orders.number("1")).isEqualTo(42)
		assertThat(orders.nullable("1")).isNull()
		assertThat(target.calls).hasValue(3)
		instances.assertFree("1")
	}

	@Test
	fun exceptionIsThrownUnchangedAfterTheRelease() = runBlocking<Unit> {
		val failure = runCatching { orders.fail("1") }.exceptionOrNull()
		assertThat(failure).isExactlyInstanceOf(IllegalStateException::class.java).hasMessage("body")
		instances.assertFree("1")
	}

	@Test
	fun cancellingTheWaitLeavesNothingBehind() = runBlocking<Unit> {
		val held = instances.holdThere("1")
		val waiting = launch(Dispatchers.Default) { orders.pay("1", work) }
		delay(50)
		waiting.cancel()
		waiting.join()
		held.close()
		instances.awaitFree("1")
		assertThat(target.calls).hasValue(0)
	}

	@Test
	fun cancellingTheBodyReleases() = runBlocking<Unit> {
		val running = launch(Dispatchers.Default) { orders.pay("1", work) }
		awaitRunning()
		instances.assertHeld("1")
		running.cancel()
		running.join()
		instances.awaitFree("1")
		assertThat(target.cancelled).hasValue(1)
	}

	@Test
	fun cancellingAtAnyMomentLeavesNothingBehind() = runBlocking<Unit> {
		for (i in 0..300) {
			val job = launch(Dispatchers.Default) { orders.unit("1") }
			for (spin in 0..i * 20) {
				Thread.onSpinWait()
			}
			job.cancel()
		}
		instances.awaitFree("1")
	}

	@Test
	fun busyLockIsAnExceptionAfterTheWaitTime() = runBlocking<Unit> {
		instances.holdThere("1").use {
			val failure = runCatching { orders.impatient("1") }.exceptionOrNull()
			assertThat(failure).isInstanceOf(LockNotAcquiredException::class.java).hasMessageContaining("'1'")
			assertThat(target.calls).hasValue(0)
		}
	}

	@Test
	fun coroutinesOnOneThreadExcludeEachOtherAndTheThreadIsNotBlocked() {
		val oracle = Oracle()
		val others = AtomicInteger()
		runBlocking {
			val other = launch {
				while (true) {
					others.incrementAndGet()
					delay(1)
				}
			}
			(1..20).map { async { orders.observed("1", oracle) } }.awaitAll()
			other.cancel()
		}
		assertThat(oracle.entries()).isEqualTo(20)
		assertThat(oracle.maxHolders()).isEqualTo(1)
		assertThat(others.get()).isGreaterThan(1)
	}

	@Test
	fun nestedCallEntersTheLockAgain() = runBlocking<Unit> {
		assertThat(orders.outer("1")).isEqualTo("nested held")
		instances.assertFree("1")
	}

	@Test
	fun contextOfTheCallerIsThatOfTheFunction() = runBlocking<Unit> {
		val name = async(Dispatchers.Default + CoroutineName("caller")) { orders.nameOfContext("1") }
		assertThat(name.await()).isEqualTo("caller")
	}

	@Test
	fun skippedCallReturnsNullOrUnit() = runBlocking<Unit> {
		instances.holdThere("1").use {
			assertThat(orders.skipped("1")).isNull()
			orders.skippedUnit("1")
			assertThat(orders.skippedFlow("1").toList()).isEmpty()
			assertThat(target.calls).hasValue(0)
		}
	}

	@Test
	fun failureOfTheStoreIsAnExceptionOrIsIgnoredAsTheAnnotationSays() = runBlocking<Unit> {
		instances.store.refuseAcquisitions()
		val failure = runCatching { orders.impatient("1") }.exceptionOrNull()
		assertThat(failure).isInstanceOf(LockStoreException::class.java)
		assertThat(target.calls).hasValue(0)
		assertThat(orders.withoutStore("1")).isEqualTo("free")
	}

	@Test
	fun fallbackIsASuspendingFunctionToo() = runBlocking<Unit> {
		instances.holdThere("1").use {
			assertThat(orders.payOrQueue("1")).isEqualTo("queued 1 behind there")
			orders.unitOrQueue("1")
			assertThat(target.queued).containsExactly("1")
		}
	}

	@Test
	fun skippingAFunctionThatCannotReturnNullIsRefused() {
		assertThatThrownBy { instances.proxy(SkipsWhatCannotBeNull()).run() }
			.rootCause()
			.isInstanceOf(InvalidLockDefinitionException::class.java)
			.hasMessageContaining("onContention is SKIP, but the method returns class java.lang.String")
	}

	@Test
	fun leaseIsPassedToTheFunction() = runBlocking<Unit> {
		assertThat(orders.withLease("1")).isPositive()
		assertThat(target.lease!!.isHeld).isFalse()
	}

	@Test
	fun severalLocksAreHeld() = runBlocking<Unit> {
		val result = async(Dispatchers.Default) { orders.transfer(listOf("b", "a"), work) }
		awaitRunning()
		instances.assertHeld("a", "b")
		work.complete("done")
		assertThat(result.await()).isEqualTo("done")
		instances.assertFree("a", "b")
	}

	@Test
	fun flowIsLockedForEachCollection() = runBlocking<Unit> {
		val flow = orders.stream("1")
		instances.assertFree("1")
		assertThat(flow.toList()).containsExactly("held 0", "held 1", "held 2")
		instances.assertFree("1")
		assertThat(flow.first()).isEqualTo("held 0")
		instances.awaitFree("1")
	}

	@Test
	fun flowOfASuspendingFunctionIsLockedWhileItIsCollected() = runBlocking<Unit> {
		val flow = orders.streamLater("1")
		assertThat(flow.toList()).containsExactly("held 0", "held 1", "held 2")
		instances.assertFree("1")
	}

	@Test
	fun deferredIsLockedUntilItHasCompleted() = runBlocking<Unit> {
		val deferred = orders.deferred("1", work)
		awaitRunning()
		instances.assertHeld("1")
		work.complete("paid")
		assertThat(deferred.await()).isEqualTo("paid")
		instances.awaitFree("1")
	}

	private fun awaitRunning() {
		await().pollInterval(Duration.ofMillis(1)).until { target.calls.getAndSet(0) > 0 }
	}

	open class Orders(private val instances: TwoInstances) {

		val calls = AtomicInteger()

		val cancelled = AtomicInteger()

		val queued = CopyOnWriteArrayList<String>()

		var lease: LockLease? = null

		lateinit var self: Orders

		@DistributedLock(key = "#orderId", waitTime = "20s")
		open suspend fun pay(orderId: String, work: Deferred<String>): String {
			calls.incrementAndGet()
			try {
				return work.await()
			}
			catch (ex: CancellationException) {
				cancelled.incrementAndGet()
				throw ex
			}
		}

		@DistributedLock(key = "#orderId", waitTime = "20s")
		open suspend fun unit(orderId: String) {
			delay(1)
			check(!instances.isFree(orderId))
			calls.incrementAndGet()
		}

		@DistributedLock(key = "#orderId")
		open suspend fun number(orderId: String): Int {
			check(!instances.isFree(orderId))
			calls.incrementAndGet()
			return 42
		}

		@DistributedLock(key = "#orderId")
		open suspend fun nullable(orderId: String): String? {
			check(!instances.isFree(orderId))
			calls.incrementAndGet()
			return null
		}

		@DistributedLock(key = "#orderId")
		open suspend fun fail(orderId: String): String {
			delay(1)
			check(instances.isFree(orderId)) { "body" }
			return "not locked"
		}

		@DistributedLock(key = "#orderId", waitTime = "50ms")
		open suspend fun impatient(orderId: String): String {
			calls.incrementAndGet()
			return orderId
		}

		@DistributedLock(key = "#orderId", waitTime = "20s")
		open suspend fun observed(orderId: String, oracle: Oracle): String {
			oracle.enter()
			delay(2)
			oracle.exit()
			return orderId
		}

		@DistributedLock(key = "#orderId", waitTime = "0")
		open suspend fun outer(orderId: String): String {
			delay(1)
			val nested = self.inner(orderId)
			return nested + if (instances.isFree(orderId)) " free" else " held"
		}

		@DistributedLock(key = "#orderId", waitTime = "0")
		open suspend fun inner(orderId: String): String {
			delay(1)
			check(orderId.isNotEmpty())
			return "nested"
		}

		@DistributedLock(key = "#orderId")
		open suspend fun nameOfContext(orderId: String): String? {
			check(orderId.isNotEmpty())
			return currentCoroutineContext()[CoroutineName]?.name
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.SKIP)
		open suspend fun skipped(orderId: String): String? {
			calls.incrementAndGet()
			return orderId
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onStoreFailure = OnStoreFailure.PROCEED_UNLOCKED)
		open suspend fun withoutStore(orderId: String): String {
			delay(1)
			return if (instances.isFree(orderId)) "free" else "held"
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.SKIP)
		open suspend fun skippedUnit(orderId: String) {
			check(orderId.isEmpty())
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.SKIP)
		open suspend fun skippedFlow(orderId: String): Flow<String> = flow { emit(orderId) }

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.FALLBACK, fallback = "queue")
		open suspend fun payOrQueue(orderId: String): String = orderId

		suspend fun queue(orderId: String, reason: LockNotAcquiredException): String {
			delay(1)
			return "queued $orderId behind ${reason.holder?.application()}"
		}

		@DistributedLock(key = "#orderId", waitTime = "0", onContention = OnContention.FALLBACK, fallback = "queueUnit")
		open suspend fun unitOrQueue(orderId: String) {
			check(orderId.isEmpty())
		}

		suspend fun queueUnit(orderId: String) {
			delay(1)
			queued.add(orderId)
		}

		@DistributedLock(key = "#orderId")
		open suspend fun withLease(orderId: String, lease: LockLease? = null): Long {
			delay(1)
			check(orderId == lease!!.key() && lease.isHeld)
			this.lease = lease
			return lease.fencingToken()
		}

		@DistributedLock(key = "#keys")
		open suspend fun transfer(keys: List<String>, work: Deferred<String>): String {
			check(keys.isNotEmpty())
			calls.incrementAndGet()
			return work.await()
		}

		@DistributedLock(key = "#orderId")
		open fun stream(orderId: String): Flow<String> = held(orderId)

		@DistributedLock(key = "#orderId")
		open suspend fun streamLater(orderId: String): Flow<String> {
			delay(1)
			return held(orderId)
		}

		@DistributedLock(key = "#orderId")
		open fun deferred(orderId: String, work: Deferred<String>): Deferred<String> {
			check(orderId.isNotEmpty())
			calls.incrementAndGet()
			return work
		}

		private fun held(orderId: String) = flow {
			for (i in 0..2) {
				delay(1)
				emit("${if (instances.isFree(orderId)) "free" else "held"} $i")
			}
		}

	}

	open class SkipsWhatCannotBeNull {

		fun run() = Unit

		@DistributedLock(name = "orders", onContention = OnContention.SKIP)
		open suspend fun text(): String = "text"

	}

}
