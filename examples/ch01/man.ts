/** Chapter 1.4.2: a class with a constructor, and methods that know the name it was given. */
class Man {
  constructor(private readonly name: string) {
    console.log("Initialized!");
  }

  hello(): void {
    console.log(`Hello ${this.name}!`);
  }

  goodbye(): void {
    console.log(`Good-bye ${this.name}!`);
  }
}

const man = new Man("David");
man.hello();
man.goodbye();
