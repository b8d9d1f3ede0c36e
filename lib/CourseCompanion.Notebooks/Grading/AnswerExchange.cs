using System.Collections.Concurrent;
using System.ComponentModel;
using System.Reflection;
using System.Text.Json.Nodes;
using CourseCompanion.Teaching;
using CourseCompanion.Work;

namespace CourseCompanion.Notebooks.Grading;

/// <summary>
/// What the two processes of a marking say to each other through the grader. In one, only the course's cells run: where a student's
/// answer would stand, it asks for it (<see cref="Call{T}"/>, <see cref="Value{T}"/>), judges what comes back, and reports (<see cref="Publish"/>).
/// In the other, the student's cells run, and answer (<see cref="Offer"/>, <see cref="Serve"/>). Public since generated cells call it; not for people.
/// </summary>
/// <remarks>
/// Nothing that the student's process says is a verdict: its messages are values, which the other process reads as the types that
/// the course's own declarations name (<see cref="AnswerValues"/>).
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class AnswerExchange
{
    // What an answer may throw and keep its name; everything else becomes one exception of the course's own.
    private static readonly Dictionary<string, Type> KnownErrors = ((Type[])
    [
        typeof(NotImplementedException), typeof(IndexOutOfRangeException), typeof(DivideByZeroException), typeof(NullReferenceException),
        typeof(InvalidOperationException), typeof(ArgumentException), typeof(ArgumentNullException), typeof(ArgumentOutOfRangeException),
        typeof(KeyNotFoundException), typeof(InvalidCastException), typeof(OverflowException), typeof(FormatException),
        typeof(NotSupportedException), typeof(OutOfMemoryException), typeof(TimeoutException),
    ]).ToDictionary(type => type.Name);

    private static readonly Dictionary<int, Delegate> Offered = [];
    private static readonly HashSet<int> Untravelled = [];
    private static BlockingCollection<JsonObject> _inbox = [];
    private static Action<JsonObject>? _send;
    private static int _calls;

    /// <summary>Connects this process to the grader.</summary>
    internal static void Connect(Action<JsonObject> send)
    {
        _inbox = [];
        _send = send;
    }

    /// <summary>Takes a message of the grader.</summary>
    internal static void Receive(JsonObject message) => _inbox.Add(message);

    /// <summary>Asks the student's function for its result.</summary>
    /// <typeparam name="T">Type of the result, as the course declares it.</typeparam>
    /// <param name="exercise">Number of the exercise.</param>
    /// <param name="arguments">What the function is given.</param>
    public static T Call<T>(int exercise, params object?[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        try
        {
            if (!AnswerValues.CanBeRead(typeof(T)))
            {
                throw new ValueCannotTravelException($"A value of type {typeof(T).Name} means nothing in another process.");
            }
            var written = new JsonArray([.. arguments.Select(argument => AnswerValues.Write(argument))]);
            var reply = Ask(new JsonObject { ["type"] = "call", ["exercise"] = exercise, ["arguments"] = written });
            if (reply["error"] is JsonObject error)
            {
                throw ErrorOf(error);
            }
            foreach (var (index, changed) in reply["changed"]?.AsObject() ?? [])
            {
                var target = arguments[int.Parse(index, System.Globalization.CultureInfo.InvariantCulture)];
                AnswerValues.CopyInto(target, AnswerValues.Read(changed, target!.GetType()));
            }
            // A function that gives back what it was given gives back that very object.
            return reply["same"] is { } same && arguments[same.GetValue<int>()] is T argument ? argument : (T)AnswerValues.Read(reply["value"], typeof(T))!;
        }
        catch (ValueCannotTravelException)
        {
            Untravelled.Add(exercise);
            _send!(new JsonObject { ["type"] = "stays", ["exercise"] = exercise });
            throw;
        }
    }

    /// <summary>Asks for the student's value.</summary>
    /// <typeparam name="T">Its type, as the course declares it.</typeparam>
    /// <param name="exercise">Number of the exercise.</param>
    public static T Value<T>(int exercise) => Call<T>(exercise);

    /// <summary>Reports what a check found.</summary>
    /// <param name="exercise">Number of the exercise.</param>
    /// <param name="feedback">The check's own report.</param>
    /// <returns>The report, for the cell to show.</returns>
    public static Feedback Publish(int exercise, Feedback feedback)
    {
        ArgumentNullException.ThrowIfNull(feedback);
        _send!(new JsonObject
        {
            ["type"] = "mark",
            ["exercise"] = exercise,
            ["stays"] = Untravelled.Contains(exercise),
            ["criteria"] = new JsonArray([.. feedback.Results.Select(result => new JsonObject
            {
                ["description"] = result.Description,
                ["state"] = result.State.ToString(),
                ["advice"] = result.Advice,
            })]),
        });
        return feedback;
    }

    /// <summary>In the student's process: what answers an exercise.</summary>
    /// <param name="exercise">Number of the exercise.</param>
    /// <param name="answer">The student's function, or one that gives the student's value.</param>
    public static void Offer(int exercise, Delegate answer) => Offered[exercise] = answer;

    /// <summary>In the student's process: answers until the grader says that it is enough.</summary>
    public static void Serve()
    {
        while (true)
        {
            var message = _inbox.Take(WorkContext.Cancellation);
            if (message["type"]!.GetValue<string>() == "enough")
            {
                return;
            }
            _send!(Answer(message));
        }
    }

    private static JsonObject Ask(JsonObject call)
    {
        var id = ++_calls;
        call["id"] = id;
        _send!(call);
        while (true)
        {
            // The answer to a call that was given up may still come.
            var reply = _inbox.Take(WorkContext.Cancellation);
            if (reply["id"]?.GetValue<int>() == id)
            {
                return reply;
            }
        }
    }

    private static JsonObject Answer(JsonObject call)
    {
        var reply = new JsonObject { ["type"] = "returned", ["id"] = call["id"]!.DeepClone() };
        try
        {
            var answer = Offered[call["exercise"]!.GetValue<int>()];
            var written = call["arguments"]!.AsArray();
            var parameters = answer.Method.GetParameters().TakeLast(written.Count).ToArray();
            var arguments = parameters.Select((parameter, i) => AnswerValues.Read(written[i], parameter.ParameterType)).ToArray();
            var value = answer.DynamicInvoke(arguments);
            var same = value is null or string || value.GetType().IsValueType ? -1 : Array.FindIndex(arguments, argument => ReferenceEquals(argument, value));
            reply[same >= 0 ? "same" : "value"] = same >= 0 ? same : AnswerValues.Write(value, isResult: true);
            var changed = new JsonObject();
            foreach (var (i, argument) in arguments.Index().Where(entry => entry.Item is Array or TorchSharp.torch.Tensor))
            {
                var now = AnswerValues.Write(argument, isResult: true);
                if (!JsonNode.DeepEquals(now, written[i]))
                {
                    changed[i.ToString(System.Globalization.CultureInfo.InvariantCulture)] = now;
                }
            }
            reply["changed"] = changed;
        }
        catch (Exception thrown)
        {
            var error = thrown is TargetInvocationException { InnerException: { } inner } ? inner : thrown;
            if (error is OperationCanceledException or ThreadInterruptedException)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
            }
            reply["error"] = new JsonObject { ["name"] = error.GetType().Name, ["message"] = Shorten(error.Message) };
        }
        return reply;
    }

    private static string Shorten(string message) => message.Length <= 500 ? message : message[..500] + "…";

    private static Exception ErrorOf(JsonObject error)
    {
        var name = error["name"]!.GetValue<string>();
        var message = error["message"]!.GetValue<string>();
        return KnownErrors.TryGetValue(name, out var known)
            // Not the constructor that takes the name of a parameter.
            ? (Exception)known.GetConstructor([typeof(string), typeof(Exception)])!.Invoke([message, null])
            : new AnswerFailedException($"{name} : {message}");
    }
}

/// <summary>An answer ended with an exception that has no name in the course.</summary>
/// <param name="message">Its name and message.</param>
public sealed class AnswerFailedException(string message) : Exception(message);
