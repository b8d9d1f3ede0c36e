using System.Text.Json;
using System.Text.Json.Serialization;
using CourseCompanion.Teaching;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>What became of one notebook that a student handed in.</summary>
public sealed record SubmissionResult
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Who handed it in: the name of the file or of the folder.</summary>
    public required string Student { get; init; }

    /// <summary>The file, relative to the folder of submissions.</summary>
    public required string File { get; init; }

    /// <summary>The chapter's name, or null where it is not known.</summary>
    public string? Chapter { get; init; }

    /// <summary>The profile of sizes and epochs with which the answers were checked.</summary>
    public string? Profile { get; init; }

    /// <summary>The images with which they were checked, as the chapter's banners name them; none where no answer had to be checked.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Why nothing was marked, in French, or null.</summary>
    public string? Problem { get; init; }

    /// <summary>The exercises, in order.</summary>
    public IReadOnlyList<ExerciseGrade> Exercises { get; init; } = [];

    /// <summary>A line for each question of the quiz; null where there is no quiz or no answer cell.</summary>
    public IReadOnlyList<CriterionResult>? Quiz { get; init; }

    /// <summary>How many points can be had: one an exercise, one for the quiz.</summary>
    public int MostPoints { get; init; }

    /// <summary>Files to be handed in beside the notebook; what they are worth is no part of the mark.</summary>
    public IReadOnlyList<Deliverable> Deliverables { get; init; } = [];

    /// <summary>How long it took.</summary>
    public double Seconds { get; init; }

    /// <summary>What the result depends on; another sum is another marking.</summary>
    public required string Sum { get; init; }

    /// <summary>Name of its feedback page, without extension.</summary>
    public required string PageName { get; init; }

    /// <summary>Whether the marking itself failed: there is no mark, and the next call tries again.</summary>
    [JsonIgnore]
    public bool IsUnmarked { get; init; }

    /// <summary>Whether something took too long, which it may not do on another day: the next call tries again.</summary>
    [JsonIgnore]
    public bool HasTimeOut { get; init; }

    /// <summary>Right answers of the quiz.</summary>
    [JsonIgnore]
    public int QuizScore => Quiz?.Count(line => line.State == CriterionState.Passed) ?? 0;

    /// <summary>Exercises of which every criterion holds, by a verdict that no student can forge.</summary>
    [JsonIgnore]
    public int Passed => Exercises.Count(exercise => exercise is { State: ExerciseState.Passed, IsToReview: false });

    /// <summary>Exercises of which every criterion holds, by a verdict that a student could have forged: a person reads the answers.</summary>
    [JsonIgnore]
    public int ToReview => Exercises.Count(exercise => exercise.IsPassedToReview);

    /// <summary>
    /// The mark out of 20: an exercise that is passed counts for one part, the quiz for one by its share of right answers. What is to be
    /// reviewed does not count.
    /// </summary>
    [JsonIgnore]
    public double Mark => MarkFor(Passed);

    /// <summary>The mark out of 20 if whoever reads the answers to review accepts them all.</summary>
    [JsonIgnore]
    public double MarkIfAccepted => MarkFor(Passed + ToReview);

    private double MarkFor(int passed) => MostPoints == 0 ? 0 : Math.Round(20 * (passed + (QuizScore / (double)Teaching.Quiz.QuestionCount)) / MostPoints, 2);

    internal string ToJson() => JsonSerializer.Serialize(this, Options) + "\n";

    internal static SubmissionResult? FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<SubmissionResult>(json, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
