package io.distributedlock.redis;

import java.util.List;
import java.util.concurrent.CompletionStage;

import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;

/**
 * Connections to every node that may publish grants. They reconnect and subscribe again
 * by themselves.
 */
interface PubSubNodes {

	/**
	 * Return the connections to the nodes known at present, each as soon as it is there.
	 */
	List<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connections();

	/**
	 * Have an action run whenever the nodes have changed.
	 */
	void onChange(Runnable action);

	/**
	 * Close all connections. May take a moment.
	 */
	void close();

}
