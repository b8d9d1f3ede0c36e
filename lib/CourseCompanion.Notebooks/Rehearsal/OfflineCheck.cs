using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CourseCompanion.Display;
using CourseCompanion.Notebooks.Document;

namespace CourseCompanion.Notebooks.Rehearsal;

/// <summary>
/// Finds what a page would ask a network for when it is shown: pictures, scripts, styles, frames, the maps of some charts. A link that one
/// may follow is no such thing.
/// </summary>
internal static partial class OfflineCheck
{
    /// <summary>
    /// The addresses that an output needs, each once. Of a chart that comes as Plotly's JSON, that is what VS Code and the exported page
    /// show; its HTML, for other front ends, has a server to fall back on.
    /// </summary>
    internal static IEnumerable<string> Addresses(NotebookOutput output)
    {
        if (output.JsonData(MimeTypes.Plotly) is { } figure)
        {
            return OfChart(figure).Distinct();
        }
        var texts = output.MimeTypes.Where(type => type is MimeTypes.Html or "text/markdown" or "image/svg+xml").Select(output.TextData).OfType<string>();
        return texts.SelectMany(Addresses).Distinct();
    }

    /// <summary>The addresses that HTML needs, each once.</summary>
    internal static IEnumerable<string> Addresses(string html)
    {
        // What stands in a script is no element, whatever it looks like: a library may hold addresses that it never asks for.
        var elements = Script().Replace(html, match => match.Groups["start"].Value);
        return Resource().Matches(elements).Select(match => match.Groups["address"].Value)
            .Concat(Style().Matches(elements).Select(match => match.Groups["address"].Value))
            .Concat(Script().Matches(html).SelectMany(script => Loaded().Matches(script.Groups["code"].Value)).Select(match => match.Groups["address"].Value))
            .Select(address => WebUtility.HtmlDecode(address.Trim()))
            .Distinct();
    }

    private static IEnumerable<string> OfChart(JsonNode figure)
    {
        foreach (var trace in figure.At("data") as JsonArray ?? [])
        {
            // Their outlines or tiles come from servers of their makers.
            if (trace.At("type").AsText() is { } name && Map().IsMatch(name))
            {
                yield return $"a chart of type {name}";
            }
        }
        foreach (var image in figure.At("layout", "images") as JsonArray ?? [])
        {
            if (image.At("source").AsText() is { } address && Elsewhere().IsMatch(address))
            {
                yield return address;
            }
        }
    }

    [GeneratedRegex("(?<start><script\\b[^>]*>)(?<code>.*?)</script", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("<(?!a\\b|base\\b|form\\b)\\w[^>]*?\\s(?:src|href|xlink:href|srcset|poster|data)\\s*=\\s*[\"']?\\s*(?<address>(?:https?:)?//[^\\s\"'>]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Resource();

    [GeneratedRegex("(?:url\\(|@import)\\s*[\"']?(?<address>(?:https?:)?//[^\\s\"')]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Style();

    [GeneratedRegex("(?:import|fetch|importScripts|require)\\s*\\(\\s*\\[?[\"'](?<address>(?:https?:)?//[^\"']+)|\\bfrom\\s+[\"'](?<address>https?://[^\"']+)|\\.src\\s*=\\s*[\"'](?<address>https?://[^\"']+)", RegexOptions.IgnoreCase)]
    private static partial Regex Loaded();

    [GeneratedRegex("^(?:scatter|density|choropleth)map|^scattergeo$|^choropleth", RegexOptions.IgnoreCase)]
    private static partial Regex Map();

    [GeneratedRegex("^(?:https?:)?//", RegexOptions.IgnoreCase)]
    private static partial Regex Elsewhere();
}
