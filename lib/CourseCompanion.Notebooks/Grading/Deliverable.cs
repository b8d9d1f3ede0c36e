namespace CourseCompanion.Notebooks.Grading;

/// <summary>What became of a file to be handed in beside the notebook.</summary>
public enum DeliverableState
{
    /// <summary>It is there, and in the form that its name announces.</summary>
    HandedIn,

    /// <summary>It is there, and cannot be used.</summary>
    Unusable,

    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>The notebooks of the class share one folder: nobody knows whose file it would be.</summary>
    NotVerifiable,
}

/// <summary>A file to be handed in beside the notebook.</summary>
/// <param name="Name">Its name, as the chapter says it.</param>
/// <param name="State">What became of it.</param>
/// <param name="Remark">What is in it, or why it is of no use, in French; null where there is nothing to say.</param>
public sealed record Deliverable(string Name, DeliverableState State, string? Remark = null)
{
    /// <summary>The state in French, with the remark.</summary>
    internal string Verdict
    {
        get
        {
            var state = State switch
            {
                DeliverableState.HandedIn => "rendu",
                DeliverableState.Unusable => "inutilisable",
                DeliverableState.Missing => "manquant",
                _ => "non vérifiable",
            };
            return Remark is null ? state : $"{state}, {Remark}";
        }
    }
}
