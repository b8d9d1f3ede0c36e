// Prépare .NET Interactive pour le cours.
// Le noyau du cours sait déjà tout cela et saute ce fichier. .NET Interactive a besoin des bibliothèques
// construites : lancez une fois « ./course doctor » dans le dossier du cours.
#r "../artifacts/bin/CourseCompanion.Interactive/release/CourseCompanion.Interactive.dll"
#r "../artifacts/bin/CourseCompanion.Interactive/release/CourseCompanion.dll"
#r "../artifacts/bin/CourseCompanion.Interactive/release/CourseCompanion.Charts.dll"
#r "../artifacts/bin/CourseCompanion.Interactive/release/CourseCompanion.Labelling.dll"
#r "../artifacts/bin/CourseCompanion.Interactive/release/TorchSharp.dll"
#r "../artifacts/bin/CourseCompanion.Interactive/release/Microsoft.Data.Analysis.dll"
#r "../artifacts/bin/CourseCompanion.Interactive/release/Microsoft.ML.DataView.dll"
#r "../artifacts/bin/CourseCompanion.Interactive/release/Plotly.NET.dll"
#r "../artifacts/bin/CourseCompanion.Interactive/release/Plotly.NET.CSharp.dll"
#r "../artifacts/bin/CourseCompanion.Interactive/release/DynamicObj.dll"
using System;
using System.IO;
using System.Linq;
using System.Collections.Generic;
using System.Threading.Tasks;
using TorchSharp;
using static TorchSharp.torch;
using CourseCompanion.Labelling.Dispatch;
using CourseCompanion.Labelling.Reports;
using CourseCompanion.Labelling.Shards;
using CourseCompanion.Labelling.Simulation;
using CourseCompanion.Adversarial;
using CourseCompanion.Augmentations;
using CourseCompanion.BrainScan;
using CourseCompanion.Charts;
using CourseCompanion.Charts.Plotly;
using CourseCompanion.Classifiers;
using CourseCompanion.Clustering;
using CourseCompanion.Consistency;
using CourseCompanion.Data;
using CourseCompanion.Data.Images;
using CourseCompanion.Data.Sources;
using CourseCompanion.Data.Synthetic;
using CourseCompanion.Display;
using CourseCompanion.Evaluation;
using CourseCompanion.Experiments;
using CourseCompanion.Files;
using CourseCompanion.French;
using CourseCompanion.Graphs;
using CourseCompanion.Models;
using CourseCompanion.Projection;
using CourseCompanion.Results;
using CourseCompanion.Segmentation;
using CourseCompanion.SelfSupervised;
using CourseCompanion.SelfTraining;
using CourseCompanion.SemiSupervised;
using CourseCompanion.Tables;
using CourseCompanion.Teaching;
using CourseCompanion.Training;
using CourseCompanion.Transfer;
using CourseCompanion.Work;
CourseCompanion.Interactive.CourseKernel.Prepare();
