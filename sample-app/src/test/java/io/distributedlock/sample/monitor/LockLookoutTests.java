package io.distributedlock.sample.monitor;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import io.distributedlock.LockStoreUnavailableException;
import io.distributedlock.actuate.endpoint.LockDescriptors;
import io.distributedlock.actuate.endpoint.LocksEndpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.StaticListableBeanFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.ArgumentMatchers.isNull;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;

class LockLookoutTests {

	private final LocksEndpoint endpoint = mock(LocksEndpoint.class);

	private final LockDescriptors.Totals totals = new LockDescriptors.Totals(1, 3, 5, 0, 0, 0, 0, 0, 0, 0);

	@BeforeEach
	void setUp() {
		LockDescriptors.Hold held = new LockDescriptors.Hold("b", "b", "main", Instant.EPOCH, 1, 1, 7, 0);
		given(this.endpoint.locks(eq("instance"), isNull(), anyInt(), isNull()))
			.willReturn(new LockDescriptors.Instance("redis", mock(LockDescriptors.Store.class), this.totals,
					List.of(held), Stream.of("a", "a", "c").map(LockLookoutTests::wait).toList()));
	}

	@Test
	void showsLocksInTheOrderOfTheirKeysAndWhatThisInstanceHasToDoWithThem() {
		given(this.endpoint.locks(eq("all"), isNull(), anyInt(), isNull())).willReturn(page("2", "b"));
		given(this.endpoint.locks(eq("all"), eq("2"), anyInt(), isNull())).willReturn(page(null, "a", "b"));
		LockTable table = look(this.endpoint);
		assertThat(table.locks()).extracting((row) -> row.lock().key(), LockTable.Row::here, LockTable.Row::waitingHere)
			.containsExactly(tuple("a", false, 2L), tuple("b", true, 0L));
		assertThat(table.more()).isFalse();
		assertThat(table.totals()).isEqualTo(this.totals);
		assertThat(table.problem()).isNull();
	}

	@Test
	void doesNotSearchWithoutEnd() {
		given(this.endpoint.locks(eq("all"), any(), anyInt(), isNull())).willReturn(page("next"));
		assertThat(look(this.endpoint).more()).isTrue();
		then(this.endpoint).should(times(10)).locks(eq("all"), any(), anyInt(), isNull());
	}

	@Test
	void saysThatTheStoreDoesNotAnswer() {
		given(this.endpoint.locks(eq("all"), any(), anyInt(), isNull()))
			.willThrow(new LockStoreUnavailableException("No answer of secret-host", null));
		assertThat(look(this.endpoint).problem()).isEqualTo("The store of the locks does not answer.");
	}

	@Test
	void saysThatThereIsNoEndpoint() {
		LockTable table = new LockLookout(new StaticListableBeanFactory().getBeanProvider(LocksEndpoint.class)).look();
		assertThat(table.problem()).contains("switched off");
		assertThat(table.locks()).isEmpty();
	}

	private static LockTable look(LocksEndpoint endpoint) {
		StaticListableBeanFactory beans = new StaticListableBeanFactory();
		beans.addBean("locksEndpoint", endpoint);
		return new LockLookout(beans.getBeanProvider(LocksEndpoint.class)).look();
	}

	private static LockDescriptors.Page page(String cursor, String... keys) {
		return new LockDescriptors.Page(Stream.of(keys)
			.map((key) -> new LockDescriptors.Lock(key, true, null, null, 1000, null, null, 0, List.of()))
			.toList(), cursor);
	}

	private static LockDescriptors.Wait wait(String key) {
		return new LockDescriptors.Wait(key, key, "main", Instant.EPOCH, 1, 1);
	}

}
