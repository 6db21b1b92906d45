global using Xunit;

// Each class has a browser and a server of its own; more of them at once only make each other slow.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
