using CourseCompanion.Display;
using CourseCompanion.Evaluation;
using CourseCompanion.French;

namespace CourseCompanion.BrainScan;

/// <summary>A plain yes or no to a labelling project, with what would turn the answer.</summary>
[TypeFormatterSource(typeof(DisplayableFormatterSource), PreferredMimeTypes = [MimeTypes.Html, MimeTypes.PlainText])]
public sealed class Feasibility : IDisplayable
{
    private readonly CostSimulation _simulation;
    private readonly double _certainty;

    /// <param name="simulation">The cost under all uncertainties.</param>
    /// <param name="certainty">Share of the draws that a yes needs, in (0, 1].</param>
    internal Feasibility(CostSimulation simulation, double certainty)
    {
        if (certainty is not (> 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(certainty), certainty, "A share of the draws lies in (0, 1].");
        }

        _simulation = simulation;
        _certainty = certainty;
    }

    /// <summary>Whether the budget suffices within the accepted error, in enough of the draws.</summary>
    public bool IsFeasible => Probability >= _certainty;

    /// <summary>Share of the draws in which it does.</summary>
    public double Probability => _simulation.ProbabilityOfSuccess;

    /// <summary>The budget in euros that enough of the draws stay within.</summary>
    public double NeededBudget => Bootstrap.Percentile([.. _simulation.Totals.Order()], _certainty);

    /// <summary>
    /// Seconds per review at which the most likely cost meets the budget; not-a-number when not even reviews in no time would do, or when no
    /// image is reviewed.
    /// </summary>
    public double BreakEvenSeconds
    {
        get
        {
            CostInputs inputs = _simulation.Scenario.Central;
            double without = CostModel.Cost(inputs with { ReviewSeconds = 0 }, _simulation.CentralShare).Total;
            double perSecond = CostModel.Cost(inputs with { ReviewSeconds = 1 }, _simulation.CentralShare).Total - without;
            double seconds = (_simulation.Scenario.Budget - without) / perSecond;
            return double.IsFinite(seconds) && seconds > 0 ? seconds : double.NaN;
        }
    }

    /// <summary>The answer in one sentence.</summary>
    public string Sentence => FrenchText.Typeset(
        $"{(IsFeasible ? "OUI" : "NON")} : avec {FrenchNumbers.Whole(_simulation.Scenario.Budget)} € et au plus "
        + $"{FrenchNumbers.Percent(_simulation.Scenario.MaximalError, 0)} d’erreurs parmi les étiquettes automatiques, le budget suffit dans "
        + $"{FrenchNumbers.Percent(Probability, 0)} des tirages (il en faut {FrenchNumbers.Percent(_certainty, 0)}).");

    /// <summary>What the answer rests on, and what would turn it.</summary>
    public IReadOnlyList<string> Conditions => [.. Compose().Select(FrenchText.Typeset)];

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ToMimeBundle() =>
        new Dictionary<string, string> { [MimeTypes.Html] = ToHtml(), [MimeTypes.PlainText] = ToString() };

    /// <summary>Answer and conditions, one a line.</summary>
    /// <returns>French text.</returns>
    public override string ToString() =>
        string.Join('\n', [FrenchText.Typeset(_simulation.Scenario.Name), Sentence, .. Conditions.Select(condition => "- " + condition), ReportHtml.DecisionAid]);

    private IEnumerable<string> Compose()
    {
        CostScenario scenario = _simulation.Scenario;
        ConfidenceInterval share = _simulation.Share, total = _simulation.Total, needed = _simulation.NeededShare, error = _simulation.ErrorWithinBudget;
        yield return $"Le modèle étiquette seul {FrenchNumbers.Percent(share.Estimate, 0)} des images (de {FrenchNumbers.Percent(share.Lower, 0)} à "
            + $"{FrenchNumbers.Percent(share.Upper, 0)} dans neuf tirages sur dix) ; un radiologue relit les autres.";
        yield return $"Coût aux valeurs centrales : {FrenchNumbers.Whole(total.Estimate)} € (de {FrenchNumbers.Whole(total.Lower)} à {FrenchNumbers.Whole(total.Upper)} € "
            + $"dans neuf tirages sur dix). Budget à prévoir pour être sûr à {FrenchNumbers.Percent(_certainty, 0)} : {FrenchNumbers.Whole(NeededBudget)} €.";
        yield return double.IsNaN(needed.Estimate)
            ? "Aux valeurs centrales, le budget ne couvre même pas un étiquetage entièrement automatique."
            : needed.Estimate == 0
                ? "Aux valeurs centrales, le budget couvre même la relecture de toutes les images."
                : $"Pour tenir dans le budget, le modèle devrait étiqueter seul {FrenchNumbers.Percent(needed.Estimate, 1)} des images ; "
                    + $"{FrenchNumbers.Percent(error.Estimate, 1)} de ces étiquettes seraient fausses (de {FrenchNumbers.Percent(error.Lower, 1)} à {FrenchNumbers.Percent(error.Upper, 1)}), "
                    + $"soit {FrenchNumbers.Whole(error.Estimate * needed.Estimate * CostModel.ToLabel(scenario.Central))} images.";
        yield return double.IsNaN(BreakEvenSeconds)
            ? "Aucune vitesse de relecture ne suffirait : ce n’est pas là que se joue la réponse."
            : $"La réponse bascule, aux valeurs centrales, si relire une image prend {FrenchNumbers.Number(BreakEvenSeconds, BreakEvenSeconds < 1 ? 3 : 1)} s "
                + $"au lieu de {FrenchNumbers.Compact(scenario.ReviewSeconds.Value)} s.";
        yield return "Condition de tout le reste : les images à étiqueter ressemblent à celles qui ont servi à mesurer l’erreur (même appareil, même fréquence des cancers).";
    }

    private string ToHtml() => HtmlCard.Wrap(
        _simulation.Scenario.Name,
        $"<p style=\"margin: 6px 0; font-size: 18px\"><strong>{(IsFeasible ? "✔️" : "✖️")} {FrenchText.ToHtml(Sentence)}</strong></p>\n"
            + HtmlCard.List(Conditions.Select(condition => "• " + FrenchText.ToHtml(condition)))
            + HtmlCard.Paragraph(ReportHtml.DecisionAid),
        IsFeasible ? "#009E73" : "#C0392B");
}
