// The default random generator and the counts of handles and bytes belong to the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
