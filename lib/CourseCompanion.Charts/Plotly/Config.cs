using System.Text.Json.Serialization;

namespace CourseCompanion.Charts.Plotly;

/// <summary>How plotly.js behaves around a figure: it follows the page's width and speaks French.</summary>
internal sealed record Config
{
    /// <summary>The configuration of every figure.</summary>
    public static Config Default { get; } = new();

    /// <summary>The figure follows the width of the page.</summary>
    public bool Responsive { get; } = true;

    /// <summary>No advertisement among the buttons.</summary>
    public bool DisplayLogo { get; }

    /// <summary>No button that would send the data of a chart to a server.</summary>
    [JsonPropertyName("showSendToCloud")]
    public bool ShowSendToCloud { get; }

    /// <summary>The language of the buttons, described in <see cref="Locales"/>.</summary>
    public string Locale { get; } = "fr";

    /// <summary>Buttons that the course's charts have no use for.</summary>
    [JsonPropertyName("modeBarButtonsToRemove")]
    public IReadOnlyList<string> Removed { get; } = ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"];

    /// <summary>A downloaded picture is sharp on a slide.</summary>
    [JsonPropertyName("toImageButtonOptions")]
    public object ImageOptions { get; } = new { format = "png", scale = 2, filename = "graphique" };

    /// <summary>French texts of the buttons; given here because plotly.js's own package of languages is not loaded.</summary>
    public IReadOnlyDictionary<string, object> Locales { get; } = new Dictionary<string, object>
    {
        ["fr"] = new
        {
            dictionary = new Dictionary<string, string>
            {
                ["Download plot as a png"] = "Télécharger l’image (PNG)",
                ["Taking snapshot - this may take a few seconds"] = "Préparation de l’image (quelques secondes)",
                ["Snapshot succeeded"] = "Image enregistrée",
                ["Sorry, there was a problem downloading your snapshot!"] = "L’image n’a pas pu être enregistrée.",
                // The same in later versions of plotly.js, which a front end may have of its own.
                ["Download plot as a PNG"] = "Télécharger l’image (PNG)",
                ["Preparing image - this may take a few seconds"] = "Préparation de l’image (quelques secondes)",
                ["Image download succeeded"] = "Image enregistrée",
                ["Sorry, there was a problem downloading your image!"] = "L’image n’a pas pu être enregistrée.",
                ["Zoom"] = "Agrandir une zone",
                ["Pan"] = "Déplacer",
                ["Reset axes"] = "Revenir à la vue de départ",
                ["Double-click to zoom back out"] = "Double-cliquez pour revenir à la vue de départ",
                ["Double-click on legend to isolate one trace"] = "Double-cliquez dans la légende pour isoler une série",
            },
        },
    };
}
