/**
 * Distributed locks for Spring: the annotation, the programmatic API and its exceptions.
 */
@NullMarked
package io.distributedlock;

import org.jspecify.annotations.NullMarked;
