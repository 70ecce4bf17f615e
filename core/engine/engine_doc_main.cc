// Prints the document on standard input with its phases section made anew.
#include <iostream>
#include <iterator>
#include <string>

#include "core/engine/phase_doc.h"

int main() {
  const std::string document(std::istreambuf_iterator<char>(std::cin), {});
  const std::string made = holdfast::engine::WithPhaseDoc(document);
  if (made.empty()) {
    std::cerr
        << "holdfast_engine_doc: the document on standard input has no phases section; add its two markers "
           "(<!-- phases: begin --> and <!-- phases: end -->)\n";
    return 1;
  }
  std::cout << made;
  return 0;
}
