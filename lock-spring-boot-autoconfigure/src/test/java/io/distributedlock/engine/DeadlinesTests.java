package io.distributedlock.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.distributedlock.engine.Deadlines.Deadline;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class DeadlinesTests {

	private final LockTimer timer = new LockTimer();

	private final Deadlines deadlines = new Deadlines(this.timer, System::nanoTime);

	private final List<String> done = Collections.synchronizedList(new ArrayList<>());

	@AfterEach
	void stop() {
		this.timer.stop();
	}

	@Test
	void actionsAreRunInTheOrderOfTheirTimesAndNotBefore() {
		long start = System.nanoTime();
		add(start, 60, "third");
		add(start, 20, "first");
		add(start, 40, "second");
		awaitDone(3);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(60));
		assertThat(this.done).containsExactly("first", "second", "third");
	}

	@Test
	void actionsOfTheSameTimeAreAllRun() {
		long time = System.nanoTime();
		for (int i = 0; i < 10; i++) {
			add(time, 20, "same");
		}
		awaitDone(10);
	}

	@Test
	void removedActionIsNotRun() {
		long start = System.nanoTime();
		Deadline removed = add(start, 20, "removed");
		add(start, 40, "kept");
		this.deadlines.remove(removed);
		awaitDone(1);
		assertThat(this.done).containsExactly("kept");
	}

	@Test
	void actionThatFailsDoesNotKeepTheOthersFromBeingRun(CapturedOutput output) {
		long time = System.nanoTime() + Duration.ofMillis(20).toNanos();
		this.deadlines.add(time, () -> {
			throw new IllegalStateException("broken");
		});
		add(time, 0, "same time");
		add(time, 20, "later");
		awaitDone(2);
		assertThat(output).contains("broken");
	}

	@Test
	void actionMayAddAnother() {
		long start = System.nanoTime();
		this.deadlines.add(start, () -> add(start, 10, "next"));
		awaitDone(1);
	}

	@Test
	void allAreRunAtOnceWhenTheTimerHasStopped() {
		add(System.nanoTime(), 60_000, "late");
		this.timer.stop();
		this.deadlines.runAll();
		this.deadlines.runAll();
		assertThat(this.done).containsExactly("late");
	}

	private Deadline add(long start, int millis, String name) {
		return this.deadlines.add(start + Duration.ofMillis(millis).toNanos(), () -> this.done.add(name));
	}

	private void awaitDone(int count) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(5))
			.pollInterval(Duration.ofMillis(1))
			.until(() -> this.done.size() >= count);
	}

}
