package io.distributedlock.benchmarks.measure;

import java.util.List;

/**
 * Something to be measured.
 */
public interface Measure {

	/**
	 * Return the name on the command line and in the CSV file.
	 * @return the name
	 */
	String id();

	/**
	 * Return the heading of its table.
	 * @return the title
	 */
	String title();

	/**
	 * Return with whom all others are compared.
	 * @return titles of contestants
	 */
	List<String> references();

	/**
	 * Measure.
	 * @param stage where
	 * @throws InterruptedException if interrupted
	 */
	void run(Stage stage) throws InterruptedException;

}
