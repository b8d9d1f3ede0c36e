using CourseCompanion.Notebooks.Execution;

namespace CourseCompanion.Notebooks.Rehearsal;

/// <summary>What to rehearse, and how.</summary>
public sealed record RehearsalRequest
{
    /// <summary>One notebook and how it is executed; its output folder is that of the rehearsal.</summary>
    public required RunRequest Run { get; init; }

    /// <summary>How many times, each in a fresh process.</summary>
    public int Takes { get; init; } = 3;

    /// <summary>The size of the recording.</summary>
    public RecordingPreset Preset { get; init; } = RecordingPreset.All[1];

    /// <summary>Whether the recording is dark.</summary>
    public bool IsDark { get; init; }

    /// <summary>A folder whose models (<c>*.safetensors</c>) every take finds, as earlier chapters left them; null: none.</summary>
    public string? Models { get; init; }

    /// <summary>How long a cell may take that does not say otherwise.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The Chromium that takes the pictures; null: no pictures, and texts are not measured.</summary>
    public string? Browser { get; init; }
}
