package io.distributedlock.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Scanner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;

import io.distributedlock.LockLease;
import io.distributedlock.LockSpec;
import io.distributedlock.engine.LockSettings;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * An instance of an application in a JVM of its own, for tests of what happens between
 * JVMs and when one of them dies. Does what it reads from its standard input and prints
 * what it did.
 */
public final class LockingJvm {

	private static final CountDownLatch FOREVER = new CountDownLatch(1);

	private final RedisLockTemplate locks;

	private LockingJvm(int port) {
		this.locks = new RedisLockTemplate(
				new RedisLockStore(new LettuceConnectionFactory("127.0.0.1", port), "lock:", Duration.ofSeconds(60)),
				LockSettings.defaults());
		this.locks.start();
	}

	/**
	 * Take the port of Redis as argument and lines of {@code hold <key> <ttl>} and
	 * {@code contend <key> <threads> <milliseconds> <fair>} from the standard input.
	 */
	public static void main(String[] arguments) {
		LockingJvm jvm = new LockingJvm(Integer.parseInt(arguments[0]));
		System.out.println("ready");
		Scanner in = new Scanner(System.in);
		while (in.hasNextLine()) {
			String[] command = in.nextLine().split(" ");
			switch (command[0]) {
				case "hold" -> jvm.hold(LockSpec.of(command[1]).withTtl(Duration.parse(command[2])));
				case "contend" -> jvm.contend(LockSpec.of(command[1]).withFair(Boolean.parseBoolean(command[4])),
						Integer.parseInt(command[2]), Duration.ofMillis(Long.parseLong(command[3])));
				default -> throw new IllegalArgumentException(command[0]);
			}
		}
		System.exit(0);
	}

	/**
	 * Wait for the lock and never release it.
	 */
	private void hold(LockSpec spec) {
		Thread thread = new Thread(() -> {
			LockLease lease = this.locks.acquire(spec.withWaitTime(Duration.ofMinutes(1)));
			System.out.println("holding " + lease.fencingToken());
			try {
				FOREVER.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Acquire and release in several threads, and print a line of
	 * {@code held <from> <to> <fencing token>} for each time, in nanoseconds of the clock
	 * that all JVMs of a machine share.
	 */
	private void contend(LockSpec spec, int threads, Duration time) {
		long end = System.nanoTime() + time.toNanos();
		List<Thread> all = new ArrayList<>();
		for (int i = 0; i < threads; i++) {
			Thread thread = new Thread(() -> {
				while (System.nanoTime() - end < 0) {
					contend(spec.withWaitTime(Duration.ofMillis(ThreadLocalRandom.current().nextInt(1, 60))));
				}
			});
			thread.start();
			all.add(thread);
		}
		all.forEach(LockingJvm::join);
		System.out.println("done");
	}

	private void contend(LockSpec spec) {
		Optional<LockLease> acquired = this.locks.tryAcquire(spec);
		if (acquired.isPresent()) {
			LockLease lease = acquired.get();
			long from = System.nanoTime();
			for (int i = ThreadLocalRandom.current().nextInt(500); i > 0; i--) {
				Thread.onSpinWait();
			}
			long to = lease.isHeld() ? System.nanoTime() : from;
			lease.close();
			System.out.println("held %d %d %d".formatted(from, to, lease.fencingToken()));
		}
	}

	private static void join(Thread thread) {
		try {
			thread.join();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
