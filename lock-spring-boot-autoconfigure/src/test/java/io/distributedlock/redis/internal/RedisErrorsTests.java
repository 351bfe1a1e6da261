package io.distributedlock.redis.internal;

import java.io.IOException;
import java.util.concurrent.CompletionException;

import io.distributedlock.LockStoreException;
import io.distributedlock.LockStoreUnavailableException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class RedisErrorsTests {

	@ParameterizedTest
	@ValueSource(strings = { "READONLY You can't write against a read only replica.",
			"OOM command not allowed when used memory > 'maxmemory'.",
			"ERR Error running script (call to f_1): @user_script:14: @user_script: 14: -OOM command not allowed",
			"CLUSTERDOWN The cluster is down", "MASTERDOWN Link with MASTER is down", "LOADING Redis is loading",
			"BUSY Redis is busy running a script.", "NOREPLICAS Not enough good replicas to write." })
	void errorThatPassesIsUnavailability(String message) {
		assertThat(RedisErrors.translate(new RedisCommandExecutionException(message)))
			.isInstanceOf(LockStoreUnavailableException.class)
			.hasMessageContaining(message);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"WRONGTYPE Operation against a key holding the wrong kind of value|key-prefix",
			"ERR Error running script (call to f_1): @user_script:14: WRONGTYPE Operation against a key|key-prefix",
			"NOPERM this user has no permissions to run the 'evalsha' command|Grant",
			"ERR Error running script (call to f_1): @user_script:12: The user executing the script can't run this command|Grant",
			"NOAUTH Authentication required.|password", "ERR unknown command 'EVALSHA'|configuration" })
	void errorThatStaysIsARefusalWithARemedy(String message, String remedy) {
		assertThat(RedisErrors.translate(new RedisCommandExecutionException(message)))
			.isInstanceOf(LockStoreException.class)
			.isNotInstanceOf(LockStoreUnavailableException.class)
			.hasMessageContaining(message)
			.hasMessageContaining(remedy);
	}

	@Test
	void replicaIsToldFromOtherFailures() {
		RedisException readOnly = new RedisCommandExecutionException(
				"ERR Error running script (call to f_1): @user_script:52: -READONLY You can't write");
		assertThat(RedisErrors.isReadOnly(readOnly)).isTrue();
		assertThat(RedisErrors.isReadOnly(new CompletionException(RedisErrors.translate(readOnly)))).isTrue();
		assertThat(RedisErrors.isReadOnly(
				new RedisCommandExecutionException("ERR WAIT cannot be used with replica instances. Please also note")))
			.isTrue();
		assertThat(RedisErrors.isReadOnly(new RedisCommandExecutionException("OOM command not allowed"))).isFalse();
		assertThat(RedisErrors.isReadOnly(new IOException("READONLY"))).isFalse();
	}

	@Test
	void failureToConnectIsUnavailabilityUnlessRedisRefused() {
		assertThat(RedisErrors.notConnected(null)).isInstanceOf(LockStoreUnavailableException.class);
		assertThat(RedisErrors.notConnected(new IOException("Connection refused")))
			.isInstanceOf(LockStoreUnavailableException.class)
			.hasMessage("Not connected to Redis: Connection refused");
		assertThat(RedisErrors.notConnected(new RedisCommandExecutionException("ERR max number of clients reached")))
			.isInstanceOf(LockStoreUnavailableException.class);
		RedisException ofCluster = new RedisException("Cannot retrieve cluster partitions");
		ofCluster.addSuppressed(new IOException("Connection refused"));
		ofCluster.addSuppressed(
				new RedisConnectionException("No connection", new RedisCommandExecutionException("WRONGPASS no")));
		assertThat(RedisErrors.notConnected(ofCluster)).isNotInstanceOf(LockStoreUnavailableException.class)
			.hasMessageContaining("WRONGPASS no. Check the user name and password");
	}

	@Test
	void lostConnectionAndTimeoutAreUnavailability() {
		assertThat(RedisErrors.translate(new RedisException("Connection disconnected")))
			.isInstanceOf(LockStoreUnavailableException.class);
		assertThat(RedisErrors.translate(new RedisCommandTimeoutException()))
			.isInstanceOf(LockStoreUnavailableException.class);
	}

}
