/** The engine behind every channel; not exported, and free to change. */
package dev.parley.engine;
