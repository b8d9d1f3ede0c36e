// A browser and a chapter each take every core: the tests take turns.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
