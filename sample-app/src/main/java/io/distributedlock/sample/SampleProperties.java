package io.distributedlock.sample;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the sample.
 *
 * @param thinkingTime time between reading a stock level and writing the new one
 * @param stocktakingTime time that counting an article takes
 * @param reportTime time that the daily report takes
 * @param refreshTime time between two looks at the locks, while somebody has the page
 * open
 * @param redis settings of the Redis that is used when none is configured
 */
@ConfigurationProperties("sample")
public record SampleProperties(@DefaultValue("20ms") Duration thinkingTime,
		@DefaultValue("15s") Duration stocktakingTime, @DefaultValue("2s") Duration reportTime,
		@DefaultValue("500ms") Duration refreshTime, @DefaultValue Redis redis) {

	/**
	 * Settings of the Redis that is used when none is configured.
	 *
	 * @param port port on 127.0.0.1 where a Redis is looked for, and started if there is
	 * none
	 */
	public record Redis(@DefaultValue("6379") int port) {
	}

}
