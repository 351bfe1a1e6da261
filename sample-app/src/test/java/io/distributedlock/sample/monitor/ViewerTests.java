package io.distributedlock.sample.monitor;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;

class ViewerTests {

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	private final RecordingEmitter emitter = new RecordingEmitter();

	private final Viewer viewer = new Viewer(this.emitter, this.tasks::add);

	@Test
	void seesTheLatestStateOnlyIfItIsLate() {
		this.viewer.show(table("first"));
		this.viewer.show(table("second"));
		this.viewer.show(table("third"));
		assertThat(this.tasks).hasSize(1);
		this.tasks.remove().run();
		assertThat(this.emitter.sent).singleElement().asString().contains("third");
		this.viewer.show(table("fourth"));
		this.tasks.remove().run();
		assertThat(this.emitter.sent).hasSize(2).last().asString().contains("fourth");
	}

	@Test
	void takesNoSecondThreadWhileItIsSlow() {
		this.emitter.onSend = () -> {
			this.emitter.onSend = null;
			this.viewer.show(table("second"));
			assertThat(this.tasks).isEmpty();
		};
		this.viewer.show(table("first"));
		this.tasks.remove().run();
		assertThat(this.emitter.sent).hasSize(2);
	}

	@Test
	void endsAtOnce() {
		this.viewer.end();
		assertThat(this.emitter.completed).isTrue();
		this.viewer.show(table("too late"));
		assertThat(this.tasks).isEmpty();
	}

	@Test
	void endsAfterWhatIsBeingSent() {
		this.emitter.onSend = () -> {
			this.viewer.show(table("second"));
			this.viewer.end();
			assertThat(this.emitter.completed).isFalse();
		};
		this.viewer.show(table("first"));
		this.tasks.remove().run();
		assertThat(this.emitter.sent).hasSize(1);
		assertThat(this.emitter.completed).isTrue();
	}

	@Test
	void endsThoughThereIsNoThreadAnyMore() {
		Viewer viewer = new Viewer(this.emitter, (task) -> {
			throw new RejectedExecutionException();
		});
		viewer.show(table("first"));
		viewer.end();
		assertThat(this.emitter.completed).isTrue();
	}

	@Test
	void isSentNothingMoreWhenItHasGone() {
		this.emitter.onSend = () -> {
			throw new IOException("Broken pipe");
		};
		this.viewer.show(table("first"));
		this.tasks.remove().run();
		this.viewer.show(table("second"));
		assertThat(this.tasks).isEmpty();
		assertThat(this.emitter.completed).as("left to the web server").isFalse();
	}

	private static LockTable table(String problem) {
		return LockTable.unknown(problem);
	}

	/**
	 * An emitter that keeps what it is to send.
	 */
	private static final class RecordingEmitter extends SseEmitter {

		private final List<Object> sent = new ArrayList<>();

		private @Nullable Action onSend;

		private boolean completed;

		@Override
		public void send(SseEventBuilder builder) throws IOException {
			if (this.onSend != null) {
				this.onSend.run();
			}
			builder.build().forEach((item) -> {
				if (item.getData() instanceof LockTable table) {
					this.sent.add(table);
				}
			});
		}

		@Override
		public void complete() {
			this.completed = true;
		}

	}

	/**
	 * What happens while something is sent.
	 */
	private interface Action {

		void run() throws IOException;

	}

}
