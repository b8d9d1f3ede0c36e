// A process has one console and one notebook session: the tests take turns.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
