/** Chapter 1.4.1: a file that says one sentence. */
console.log("I'm hungry!");
