package httpapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"
)

// unmatched stands for the template where no route is meant.
const unmatched = "unmatched"

// newRouter serves routes. Each path has one entry that knows its methods, so
// that a wrong one gets its Allow. Paths are taken as they come: cleaning them
// would answer with a redirect that repeats the token.
func (a *API) newRouter(routes []Route) http.Handler {
	router := mux.NewRouter().SkipClean(true)
	for _, group := range byPath(routes) {
		path := group[0].Path
		router.Handle(path, a.observe(path, a.byMethod(group)))
	}
	router.NotFoundHandler = a.observe(unmatched, http.HandlerFunc(a.noSuchPath))
	return router
}

func byPath(routes []Route) [][]Route {
	var groups [][]Route
	at := map[string]int{}
	for _, r := range routes {
		i, known := at[r.Path]
		if !known {
			i = len(groups)
			at[r.Path] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}

func (a *API) byMethod(group []Route) http.Handler {
	handlers := map[string]http.Handler{}
	for _, r := range group {
		handlers[r.Method] = r.handler
		if r.Method == http.MethodGet {
			handlers[http.MethodHead] = r.handler
		}
	}
	methods := make([]string, 0, len(handlers))
	for m := range handlers {
		methods = append(methods, m)
	}
	slices.Sort(methods)
	allow := strings.Join(methods, ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, ok := handlers[r.Method]; ok {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Allow", allow)
		a.fail(w, r, refusal{http.StatusMethodNotAllowed, "method_not_allowed", "this path takes " + allow})
	})
}

func (a *API) noSuchPath(w http.ResponseWriter, r *http.Request) { a.fail(w, r, noSuchPath()) }

// noSuchPath is also the answer to an unknown token: the two look the same.
func noSuchPath() refusal { return refusal{http.StatusNotFound, "not_found", "nothing is here"} }

// observe puts what every request goes through around h, from the outside in.
func (a *API) observe(template string, h http.Handler) http.Handler {
	h = a.recovering(h)
	h = hardened(h)
	h = a.measured(template, h)
	h = a.logged(template, h)
	h = a.identified(h)
	return a.recorded(h)
}
